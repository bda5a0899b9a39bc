/**
 * What Tallystick itself records: that time has passed, how a source is configured, what a person did about a drift. The
 * writers make the same text from the same values; the readers give back what was written.
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
});

export const ownMessages = z.discriminatedUnion('type', [tick, sourceConfigured, driftAct]);

/** Times in epoch ms. */
export interface SourceConfiguration {
  name: string;
  kind: string;
  timeZone: string;
  legalEntity: string;
  startsAt: number | null;
  expectedIntervalSeconds: number | null;
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
}

export type OwnMessage =
  | { type: 'tick'; id: string; at: number }
  | ({ type: 'source.configured'; at: number } & SourceConfiguration)
  | DriftAct;

/** Null for what Tallystick never wrote. */
export function readOwnMessage(message: unknown): OwnMessage | null {
  const parsed = ownMessages.safeParse(message);
  if (!parsed.success) return null;
  const own = parsed.data;
  switch (own.type) {
    case 'tick':
      return own;
    case 'source.configured': {
      const { source, type, at } = own;
      return { type, at, ...source, expectedIntervalSeconds: source.expectedIntervalSeconds ?? null };
    }
    default:
      return { ...own, comment: own.comment ?? null, assignee: own.assignee ?? null };
  }
}

export function writeTick({ id, at }: { id: string; at: number }): string {
  return JSON.stringify({ type: 'tick', id, at: formatInstant(at) });
}

export function writeSourceConfigured(
  source: Omit<SourceConfiguration, 'expectedIntervalSeconds'> & { expectedIntervalSeconds?: number | null },
  at: number,
): string {
  const { name, kind, timeZone, legalEntity, startsAt, expectedIntervalSeconds = null } = source;
  return JSON.stringify({
    type: 'source.configured',
    source: {
      name,
      kind,
      timeZone,
      legalEntity,
      startsAt: startsAt === null ? null : formatInstant(startsAt),
      expectedIntervalSeconds,
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
  });
}
