/** The shape in which a replay is told. */
import { z } from 'zod';
import { instantText, position } from '../drifts/drift-schema';
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
  progress: z.object({ phase: z.string(), position, head: position }).nullable(),
  failure: z.string().nullable(),
  diff: diff
    .nullable()
    .describe('What changes if it is promoted; null before it is ready and after it was decided.'),
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
  reason: reasonText,
});

export type ReplayBody = z.output<typeof replayBody>;
export type ReplayView = z.output<typeof replay>;
