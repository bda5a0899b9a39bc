import { z } from 'zod';
import { named } from '../openapi/named';
import { heldDocument } from '../cases/show';
import { wait } from '../cases/waits';
import { drift, instantText } from '../drifts/drift-schema';

const figures = z
  .object({ physical: z.string(), free: z.string(), from: z.number().int(), fromAt: instantText })
  .describe('Decimal text, base units; rolled forward from the fact `from`, whose clock is `fromAt`.');

export const stockPosition = named('StockPosition', {
  sku: z.string(),
  warehouse: z.string(),
  at: instantText.describe('The instant to which both sides are rolled.'),
  scend: z.object({ position: figures.nullable(), lastCount: heldDocument.nullable() }),
  prima: z.object({ position: figures.nullable(), lastBalance: heldDocument.nullable() }),
  difference: z
    .object({ physical: z.string(), free: z.string() })
    .nullable()
    .describe('Scend less Prima; null with one side only.'),
  inFlight: z
    .array(z.object({ reason: z.string(), value: z.string(), facts: z.array(z.number().int()) }))
    .describe('The parts of the difference that facts account for.'),
  unexplained: z.object({ physical: z.string(), free: z.string() }).nullable(),
  waits: z.array(wait),
  drifts: z.array(drift),
});

export const stock = z.object({ sku: z.string(), warehouses: z.array(stockPosition) });

export type StockView = z.output<typeof stock>;
export type StockPositionView = z.output<typeof stockPosition>;
