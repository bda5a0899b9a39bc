import { z } from 'zod';
import { instantText, position } from '../drifts/drift-schema';

export const feedStatus = z.object({
  source: z.string(),
  stream: z.string().describe('`*` is the source as a whole.'),
  watermark: instantText.nullable().describe("The source's clock up to which absence may be called missing."),
  lastReceivedAt: instantText.nullable(),
  state: z
    .enum(['current', 'stale', 'silent'])
    .describe('stale: nothing for longer than expected; silent: nothing ever.'),
});

export const status = z.object({
  ledger: z.object({ position }),
  generation: z.object({ id: z.number().int(), fingerprint: z.string(), since: instantText.nullable() }),
  projections: z.array(
    z.object({
      name: z.string(),
      position,
      lag: z.number().int().nonnegative().describe('Facts; 0 is caught up.'),
    }),
  ),
  feeds: z.array(feedStatus),
  openDrifts: z.number().int().nonnegative(),
});

export type StatusView = z.output<typeof status>;
export type FeedView = z.output<typeof feedStatus>;
