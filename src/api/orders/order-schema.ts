import { z } from 'zod';
import { named } from '../openapi/named';
import { wait } from '../cases/waits';
import { drift } from '../drifts/drift-schema';
import { match } from '../matches/match-schema';
import { halves } from './halves';

export const shipment = z.object({
  dispatchRef: z.string(),
  dispatches: z.array(z.number().int()).describe('Facts of Scend.'),
  fulfilments: z
    .array(z.object({ fulfilmentNo: z.string(), fact: z.number().int() }))
    .describe('What Prima posts of it.'),
  pairing: z
    .enum(['paired', 'ambiguous', 'not-posted'])
    .describe('ambiguous: more than one pairing would do, so nothing is concluded from its quantities.'),
});

export const order = named('Order', {
  order: z.string().nullable().describe("Prima's number; null where the books have no such order."),
  subject: z.object({ kind: z.literal('order'), id: z.string() }),
  references: z.array(z.string()).describe('Every reference by which any system knows it.'),
  status: z.string().nullable().describe("Prima's."),
  halves,
  shipments: z.array(shipment),
  matches: z.array(match),
  waits: z.array(wait),
  drifts: z.array(drift),
  facts: z.number().int().describe('How many facts its trail has.'),
});

export type OrderView = z.output<typeof order>;
export type ShipmentView = z.output<typeof shipment>;
