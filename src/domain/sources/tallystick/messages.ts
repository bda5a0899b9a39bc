/**
 * What Tallystick itself records: that time has passed, how a source is configured, what a person did about a drift, which
 * mapping or policy he drafted. The writers make the same text from the same values; the readers give back what was written.
 */
import { z } from 'zod';
import { code, instant, shortText } from '../../facts/scalars';
import { formatInstant } from '../../facts/instant';

export const driftActs = [
  'drift.acknowledged',
  'drift.assigned',
  'drift.commented',
  'drift.accepted',
] as const;

/** A key that we made ourselves from others' codes. */
const ownKey = z.string().min(1).max(1000);
const comment = z.string().max(10_000).nullish();

const tick = z.object({ type: z.literal('tick'), id: code, at: instant });

const sourceConfigured = z.object({
  type: z.literal('source.configured'),
  source: z.object({
    name: code,
    kind: code,
    timeZone: code,
    legalEntity: shortText,
    startsAt: instant.nullable(),
    expectedIntervalSeconds: z.number().int().positive().nullish(),
    /** Of a custom source. The fold asks for nothing else of it, and what a later version makes of the rest is its business. */
    mapping: z.looseObject({ plays: code.nullish() }).nullish(),
  }),
  at: instant,
});

const driftAct = z.object({
  type: z.enum(driftActs),
  /** Of the act: sending it again is a repeat. */
  id: code,
  drift: code,
  caseKey: ownKey,
  anchor: ownKey,
  occurrence: z.number().int().positive(),
  /** Of the occurrence that the actor saw; an acceptance holds only as long as the values do. */
  valuesHash: code,
  actor: code,
  at: instant,
  comment,
  assignee: code.nullish(),
  /** Of an acceptance: it holds until then. */
  until: instant.nullish(),
});

/** What was drafted is kept as it was: whether it is still understood is asked when it is used. */
const draft = {
  /** `<name>/<version>`: a version is drafted once. */
  id: code,
  version: z.number().int().positive(),
  actor: code,
  at: instant,
  reason: comment,
};
const mappingDrafted = z.object({
  type: z.literal('mapping.drafted'),
  ...draft,
  table: code,
  entries: z.array(z.unknown()),
});
const policyDrafted = z.object({ type: z.literal('policy.drafted'), ...draft, policy: z.unknown() });

export const ownMessages = z.discriminatedUnion('type', [
  tick,
  sourceConfigured,
  driftAct,
  mappingDrafted,
  policyDrafted,
]);

/** Times in epoch ms. */
export interface SourceConfiguration {
  name: string;
  kind: string;
  timeZone: string;
  legalEntity: string;
  startsAt: number | null;
  expectedIntervalSeconds: number | null;
  mapping?: { plays?: string | null };
}

export interface DriftAct {
  type: (typeof driftActs)[number];
  id: string;
  drift: string;
  caseKey: string;
  anchor: string;
  occurrence: number;
  valuesHash: string;
  actor: string;
  at: number;
  comment: string | null;
  assignee: string | null;
  /** Of an acceptance, epoch ms: it holds before then; null for as long as the values do. */
  until: number | null;
}

interface Draft {
  id: string;
  version: number;
  actor: string;
  at: number;
  reason: string | null;
}

export type DraftMessage = Draft &
  (
    | { type: 'mapping.drafted'; table: string; entries: readonly unknown[] }
    | { type: 'policy.drafted'; policy: unknown }
  );

export type OwnMessage =
  | { type: 'tick'; id: string; at: number }
  | ({ type: 'source.configured'; at: number } & SourceConfiguration)
  | DriftAct
  | DraftMessage;

/** Null for what Tallystick never wrote. */
export function readOwnMessage(message: unknown): OwnMessage | null {
  const parsed = ownMessages.safeParse(message);
  if (!parsed.success) return null;
  const own = parsed.data;
  switch (own.type) {
    case 'tick':
      return own;
    case 'source.configured': {
      const { type, at } = own;
      const { mapping, expectedIntervalSeconds, ...source } = own.source;
      const configured = { type, at, ...source, expectedIntervalSeconds: expectedIntervalSeconds ?? null };
      return mapping ? { ...configured, mapping } : configured;
    }
    case 'mapping.drafted':
    case 'policy.drafted':
      return { ...own, reason: own.reason ?? null };
    default:
      return {
        ...own,
        comment: own.comment ?? null,
        assignee: own.assignee ?? null,
        until: own.until ?? null,
      };
  }
}

export function writeTick({ id, at }: { id: string; at: number }): string {
  return JSON.stringify({ type: 'tick', id, at: formatInstant(at) });
}

export function writeSourceConfigured(
  source: Omit<SourceConfiguration, 'expectedIntervalSeconds'> & { expectedIntervalSeconds?: number | null },
  at: number,
): string {
  const { name, kind, timeZone, legalEntity, startsAt, expectedIntervalSeconds = null, mapping } = source;
  return JSON.stringify({
    type: 'source.configured',
    source: {
      name,
      kind,
      timeZone,
      legalEntity,
      startsAt: startsAt === null ? null : formatInstant(startsAt),
      expectedIntervalSeconds,
      mapping,
    },
    at: formatInstant(at),
  });
}

export function writeDriftAct(act: DriftAct): string {
  const { type, id, drift, caseKey, anchor, occurrence, valuesHash, actor, at } = act;
  return JSON.stringify({
    type,
    id,
    drift,
    caseKey,
    anchor,
    occurrence,
    valuesHash,
    actor,
    at: formatInstant(at),
    ...(act.comment === null ? {} : { comment: act.comment }),
    ...(act.assignee === null ? {} : { assignee: act.assignee }),
    ...(act.until === null ? {} : { until: formatInstant(act.until) }),
  });
}

export function writeDraft(draft: DraftMessage): string {
  const { type, id, version, actor, at, reason } = draft;
  return JSON.stringify({
    type,
    id,
    version,
    ...(draft.type === 'mapping.drafted'
      ? { table: draft.table, entries: draft.entries }
      : { policy: draft.policy }),
    actor,
    at: formatInstant(at),
    ...(reason === null ? {} : { reason }),
  });
}
