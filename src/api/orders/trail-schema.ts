import { z } from 'zod';
import { driftEvent, instantText, position } from '../drifts/drift-schema';
import { fact } from '../facts/fact-view';
import { listOf } from '../lists/list-schema';
import { MAX_LIMIT, MAX_POSITION, integerText, paging, querySchema } from '../requests/query';
import { instantParameter } from '../requests/instant';
import { halves } from './halves';

export const trailQuery = querySchema({
  asOf: instantParameter("Only facts up to this instant on the sources' clocks.").optional(),
  knownAt: integerText(0, MAX_POSITION, 'Only what the ledger had recorded up to this position.').optional(),
  limit: integerText(1, MAX_LIMIT, `Most facts in one page; default ${MAX_LIMIT}.`)
    .optional()
    .transform((limit) => limit ?? MAX_LIMIT),
  cursor: paging.cursor,
});

export const trailEvent = driftEvent
  .extend({ drift: z.string(), detector: z.string() })
  .meta({ id: 'TrailEvent' });

export const trail = listOf(fact).extend({
  order: z.string().nullable(),
  subject: z.object({ kind: z.literal('order'), id: z.string() }),
  asOf: instantText.nullable(),
  knownAt: position.nullable(),
  state: halves.describe('Both halves as those facts make them.'),
  drifts: z
    .array(
      z.object({
        id: z.string(),
        detector: z.string(),
        status: z.string(),
        occurrence: z.number().int(),
        since: position,
      }),
    )
    .describe('How its drifts stood at that position.'),
  events: z.array(trailEvent).describe('What became of its drifts up to that position, in its order.'),
});

export type TrailFilter = z.output<typeof trailQuery>;
export type TrailView = z.output<typeof trail>;
export type TrailEvent = z.output<typeof trailEvent>;
