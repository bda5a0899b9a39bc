import { type Held, earliest, sourceOf } from '../../cases/held';
import { type OrderState, orderSubject, salesOrderOf } from '../../cases/order';
import { formatQuantity } from '../../exact';
import { type Policy, graceMs } from '../../policy';
import type { FeedName } from '../context';
import { detector } from '../detector';
import { alive, customer, fulfilment, hours, invoice, item, salesOrder } from '../examples';
import { type Finding, NO_FINDINGS } from '../finding';
import { billedLines, excessOf, sumOf } from './billing';
import { isCancelled, valueOf } from './shared';

const CODE = 'fulfilment-not-invoiced';
const GRACE_SECONDS = 24 * 3600;
const ACCOUNT_GRACE_SECONDS = 35 * 24 * 3600;
const INVOICES: FeedName = { kind: 'prima', stream: 'Invoice' };
const basics = [customer(hours(-9)), item(hours(-9)), salesOrder(hours(0)), fulfilment(hours(1))];
const onAccount = [
  customer(hours(-9)),
  item(hours(-9)),
  salesOrder(hours(0), { paymentTerms: 'net_30' }),
  fulfilment(hours(1)),
];

export const fulfilmentNotInvoiced = detector({
  code: CODE,
  on: 'order',
  meaning: 'The quantity fulfilled in Prima exceeds the quantity invoiced on a line of the order.',
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  reads: { accountGraceSeconds: String(ACCOUNT_GRACE_SECONDS) },
  parts: ['sku'],
  causes: ['not-invoiced', 'partly-invoiced'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (state.fulfilments.length === 0 || isCancelled(state) || plainlyInvoiced(state)) return NO_FINDINGS;
    const order = salesOrderOf(state);
    const account = order?.value.paymentTerms != null && order.value.paymentTerms !== 'prepaid';
    // Most are invoiced before the first could be late, so no line is added up until then.
    const first = earliest(state.fulfilments)?.at ?? 0;
    if (!context.isScoped && !context.told(first + grace(context.policy, account), [INVOICES]))
      return NO_FINDINGS;
    let findings: Finding[] | null = null;
    const books = sourceOf(state.fulfilments[0] as Held<unknown>);
    for (const billed of billedLines(state, context)) {
      const line = excessOf(billed, 'fulfilled');
      if (line.since === null) continue;
      const matter = { sku: line.sku };
      const dueAt = line.since.at + grace(context.policyOf(matter), account);
      if (!context.missing(line.since.at, dueAt, INVOICES)) continue;
      const [fulfilled, invoiced] = [
        formatQuantity(line.fulfilled),
        formatQuantity(line.fulfilled - line.excess),
      ];
      (findings ??= []).push({
        subject: { kind: 'order', id: orderSubject(state) },
        discriminator: line.key,
        matter,
        since: line.since.at,
        dueAt,
        sides: [
          { system: books, value: { sku: line.sku, fulfilled }, fact: line.since.fact },
          { system: books, value: { sku: line.sku, invoiced }, fact: line.lastOther },
        ],
        difference: formatQuantity(line.excess),
        explained: [],
        amountAtRisk: valueOf(state, line.sku, line.excess),
        unitsAtRisk: formatQuantity(line.excess),
        cause: {
          code: line.lastOther === null ? 'not-invoiced' : 'partly-invoiced',
          detail: `${line.sku}: ${fulfilled} fulfilled, ${invoiced} invoiced`,
        },
        divergence: { fact: line.since.fact, at: line.since.at },
        fixes: [
          {
            kind: 'post',
            system: 'prima',
            text: `Invoice ${formatQuantity(line.excess)} of ${line.sku} on order ${state.orderNo}.`,
          },
        ],
      });
    }
    return findings ?? NO_FINDINGS;
  },
  examples: {
    opens: {
      facts: [...basics, alive('prima', hours(25))],
      at: hours(25),
      subject: 'order:SC-1',
      cause: 'not-invoiced',
    },
    // An account customer is invoiced by payment terms: 35 days.
    staysClosed: { facts: [...onAccount, alive('prima', hours(25))], at: hours(25) },
    resolves: { by: [invoice(hours(26))] },
  },
});

/** The ordinary case, seen without any look-up: each SKU on one line of the order, and as much invoiced of it as shipped. */
function plainlyInvoiced(state: OrderState): boolean {
  const lines = salesOrderOf(state)?.value.lines ?? [];
  for (const { value } of state.fulfilments) {
    for (const { sku, uom } of value.lines) {
      let count = 0;
      for (const line of lines) if (line.sku === sku) count++;
      if (count !== 1 || !(sumOf(state.fulfilments, sku, uom) <= sumOf(state.invoices, sku, uom)))
        return false;
    }
  }
  return true;
}

function grace(policy: Policy, account: boolean): number {
  if (!account) return graceMs(policy, CODE, GRACE_SECONDS);
  return (policy.detectors[CODE]?.accountGraceSeconds ?? ACCOUNT_GRACE_SECONDS) * 1000;
}
