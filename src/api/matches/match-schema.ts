import { z } from 'zod';
import type { Match } from '../../domain/cases/matches';
import { formatQuantity } from '../../domain/exact';

export const matchStates = ['matched', 'ambiguous', 'not-invoiced', 'not-fulfilled'] as const;

export const match = z
  .object({
    order: z.string(),
    subject: z.string(),
    invoiceNo: z.string().nullable(),
    invoiceLine: z.number().int().nullable(),
    fulfilmentNo: z.string().nullable(),
    fulfilmentLine: z.number().int().nullable(),
    sku: z.string(),
    quantity: z.string().describe('Decimal text, base units.'),
    state: z
      .enum(matchStates)
      .describe('ambiguous: which fulfilment the invoice is for would be a guess, and is called one.'),
  })
  .meta({
    id: 'Match',
    description: 'A quantity that an invoice and a fulfilment claim together, or one of them alone.',
  });

export type MatchView = z.output<typeof match>;

export function matchView(order: string, subject: string, each: Match): MatchView {
  const { invoiceNo, invoiceLine, fulfilmentNo, fulfilmentLine, sku, state } = each;
  const quantity = formatQuantity(each.quantity);
  return { order, subject, invoiceNo, invoiceLine, fulfilmentNo, fulfilmentLine, sku, quantity, state };
}
