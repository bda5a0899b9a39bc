/** The shape in which a replay is told. */
import { z } from 'zod';
import { instantText, position } from '../drifts/drift-schema';
import { instantParameter } from '../requests/instant';
import { MAX_POSITION } from '../requests/query';
import { named } from '../openapi/named';
import { reasonText } from '../versions/version-schema';

const count = z.number().int().nonnegative();

export const driftChanges = named('DriftChanges', {
  change: z.enum(['opened', 'closed', 'changed']),
  detector: z.string(),
  cause: z.string(),
  currency: z.string().nullable(),
  drifts: count,
  minor: z.number().int().describe('Minor units of `currency` at risk.'),
  units: z.string().describe('Decimal, base units at risk.'),
});

const diff = named('ReplayDiff', {
  position: position.describe('Both generations are compared as of this position.'),
  drifts: z.array(driftChanges),
  cases: z.array(z.object({ kind: z.string(), onlyBefore: count, onlyAfter: count, different: count })),
  quarantine: z.object({ left: count, entered: count }),
});

export const replay = named('Replay', {
  id: count,
  status: z
    .enum(['building', 'ready', 'live', 'former', 'dropped'])
    .describe('`dropped` with a `failure`: it was given up.'),
  requestedBy: z.string().nullable(),
  reason: z.string().nullable(),
  createdAt: instantText,
  promotedAt: instantText.nullable(),
  upTo: position
    .nullable()
    .describe('The last fact in it: compared with what is in force as of that fact, and never promoted.'),
  progress: z.object({ phase: z.string(), position, head: position }).nullable(),
  interruptions: z
    .array(
      z.object({
        at: instantText,
        why: z.enum(['died', 'stopped']),
        phase: z.string(),
        position,
        head: position,
        detail: z.string(),
      }),
    )
    .describe('Each time that its process ended before it was complete: it was begun anew, by itself.'),
  failure: z.string().nullable(),
  diff: diff
    .nullable()
    .describe(
      'What changes if it is promoted; null before it is ready. After it was decided: what was recorded when a start built it, else null.',
    ),
});

const document = (what: string) =>
  z
    .union([z.literal('draft'), z.record(z.string(), z.unknown())])
    .nullable()
    .default(null)
    .describe(
      `\`draft\`, or a whole document as docs/schemas/${what}.json says; what is in force unless given.`,
    );

export const replayBody = z.strictObject({
  mapping: document('mapping'),
  policy: document('policy'),
  upTo: z
    .union(
      [
        z
          .number()
          .int()
          .min(1)
          .max(MAX_POSITION)
          .transform((position) => ({ position })),
        instantParameter('RFC 3339, with a zone.').transform((at) => ({ at })),
      ],
      { error: 'must be a position, or an RFC 3339 time with a zone such as 2026-10-31T23:59:59Z' },
    )
    .nullable()
    .default(null)
    .describe(
      'Where history ends for it: a position, or a time, RFC 3339, and with it the last fact recorded until then.',
    ),
  reason: reasonText,
});

export type ReplayBody = z.output<typeof replayBody>;
export type ReplayView = z.output<typeof replay>;
