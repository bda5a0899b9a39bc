import { type Held, sourceOf } from '../../cases/held';
import { isCharge } from '../../cases/matches';
import { type OrderState, orderSubject, salesOrderOf } from '../../cases/order';
import { formatQuantity } from '../../exact';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import { detector } from '../detector';
import { alive, customer, fulfilment, hours, invoice, item, salesOrder } from '../examples';
import { type Finding, NO_FINDINGS } from '../finding';
import { billedLines, excessOf, sumOf } from './billing';
import { isCancelled, valueOf } from './shared';

const CODE = 'invoice-not-fulfilled';
const GRACE_SECONDS = 24 * 3600;
const basics = [customer(hours(-9)), item(hours(-9)), salesOrder(hours(0))];

export const invoiceNotFulfilled = detector({
  code: CODE,
  on: 'order',
  meaning: 'The quantity invoiced on a stocked line of the order exceeds the quantity fulfilled in Prima.',
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  parts: ['sku'],
  causes: ['not-fulfilled', 'partly-fulfilled'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    // An order that nobody defines has no stocked lines: `reference-unresolved` tells of it.
    if (state.invoices.length === 0 || salesOrderOf(state) === null) return NO_FINDINGS;
    if (plainlyFulfilled(state, context) || isCancelled(state)) return NO_FINDINGS;
    let findings: Finding[] | null = null;
    const books = sourceOf(state.invoices[0] as Held<unknown>);
    for (const billed of billedLines(state, context)) {
      const line = excessOf(billed, 'invoiced');
      if (line.since === null) continue;
      const { sku } = line;
      const matter = { sku };
      const dueAt = line.since.at + graceMs(context.policyOf(matter), CODE, GRACE_SECONDS);
      if (!context.missing(line.since.at, dueAt, { kind: 'prima', stream: 'ItemFulfilment' })) continue;
      const [invoiced, fulfilled] = [
        formatQuantity(line.fulfilled + line.excess),
        formatQuantity(line.fulfilled),
      ];
      const over = formatQuantity(line.excess);
      (findings ??= []).push({
        subject: { kind: 'order', id: orderSubject(state) },
        discriminator: line.key,
        matter,
        since: line.since.at,
        dueAt,
        sides: [
          { system: books, value: { sku, invoiced }, fact: line.since.fact },
          { system: books, value: { sku, fulfilled }, fact: line.lastOther },
        ],
        difference: over,
        explained: [],
        amountAtRisk: valueOf(state, sku, line.excess),
        unitsAtRisk: over,
        cause: {
          code: line.lastOther === null ? 'not-fulfilled' : 'partly-fulfilled',
          detail: `${sku}: ${invoiced} invoiced, ${fulfilled} fulfilled`,
        },
        divergence: line.since,
        fixes: [
          {
            kind: 'post',
            system: 'prima',
            text: `Ship ${over} of ${sku} and post the fulfilment, or credit them on order ${state.orderNo}.`,
          },
        ],
      });
    }
    return findings ?? NO_FINDINGS;
  },
  examples: {
    opens: {
      facts: [...basics, invoice(hours(1)), alive('prima', hours(25))],
      at: hours(25),
      subject: 'order:SC-1',
      cause: 'not-fulfilled',
    },
    // A service is invoiced and never ships.
    staysClosed: {
      facts: [
        ...basics.slice(0, 1),
        item(hours(-9), { stockManaged: false }),
        salesOrder(hours(0)),
        invoice(hours(1)),
        alive('prima', hours(25)),
      ],
      at: hours(25),
    },
    resolves: { by: [fulfilment(hours(26))] },
  },
});

/** The ordinary case, seen without adding lines up: as much shipped of every SKU, in the same unit, as was invoiced. */
function plainlyFulfilled(state: OrderState, context: DetectContext): boolean {
  const lines = salesOrderOf(state)?.value.lines ?? [];
  for (const { value } of state.invoices) {
    for (const line of value.lines) {
      const { sku, uom } = line;
      let count = 0;
      for (const each of lines) if (each.sku === sku) count++;
      if (count === 1 && sumOf(state.invoices, sku, uom) <= shippedOf(state, sku, uom)) continue;
      if (!isCharge(state, sku, line.orderLineNo, context.product)) return false;
    }
  }
  return true;
}

function shippedOf({ fulfilments }: OrderState, sku: string, uom: string): number {
  let total = 0;
  for (const { value } of fulfilments) {
    if (value.status !== 'shipped') continue;
    for (const line of value.lines) if (line.sku === sku) total += line.uom === uom ? line.quantity : NaN;
  }
  return total;
}
