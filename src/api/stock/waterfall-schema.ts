import { z } from 'zod';
import { waterfallReasons } from '../../domain/drift/stock-waterfall';
import { instantText } from '../drifts/drift-schema';
import { named } from '../openapi/named';

const quantities = {
  physical: z.string().describe('On hand. Decimal text, base units unless `uom` says another.'),
  free: z.string().describe('Of that, neither allocated nor quarantined nor otherwise unavailable.'),
};

const stated = z.object({
  ...quantities,
  uom: z.string().nullable().describe('Null: base units.'),
  fact: z.number().int(),
  at: instantText.describe("The source's clock."),
});

export const stockWaterfall = named('StockWaterfall', {
  sku: z.string(),
  warehouse: z.string(),
  at: instantText.describe('The instant to which both sides are rolled.'),
  missing: z
    .enum(['book', 'counted', 'both', 'unit'])
    .nullable()
    .describe('Which side has said nothing yet, or `unit` where the books count in one that nobody knows.'),
  book: stated.nullable().describe("Prima's last balance."),
  counted: stated.nullable().describe("Scend's last count."),
  difference: z
    .object(quantities)
    .nullable()
    .describe('`book` less `counted`: the sum of all steps and `unexplained`.'),
  steps: z.array(
    z.object({ reason: z.enum(waterfallReasons), ...quantities, facts: z.array(z.number().int()) }),
  ),
  unexplained: z.object(quantities).nullable(),
});

export const stockExplanation = z.object({ sku: z.string(), warehouses: z.array(stockWaterfall) });

export type StockExplanationView = z.output<typeof stockExplanation>;
export type StockWaterfallView = z.output<typeof stockWaterfall>;
