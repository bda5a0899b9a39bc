import { type Held, sourceOf } from '../../cases/held';
import { type OrderState, orderSubject, salesOrderOf } from '../../cases/order';
import { formatQuantity } from '../../exact';
import { type Policy, graceMs } from '../../policy';
import { detector } from '../detector';
import { alive, customer, fulfilment, hours, invoice, item, salesOrder } from '../examples';
import type { Finding } from '../finding';
import { type BilledLine, billedLines, sumOf } from './billing';
import { isCancelled, valueOf } from './shared';

const CODE = 'fulfilment-not-invoiced';
const GRACE_SECONDS = 24 * 3600;
const ACCOUNT_GRACE_SECONDS = 35 * 24 * 3600;
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
  detect(state, context): Finding[] {
    if (state.fulfilments.length === 0 || isCancelled(state) || plainlyInvoiced(state)) return [];
    const order = salesOrderOf(state);
    const account = order?.value.paymentTerms != null && order.value.paymentTerms !== 'prepaid';
    const findings: Finding[] = [];
    const books = sourceOf(state.fulfilments[0] as Held<unknown>);
    for (const billed of billedLines(state, context)) {
      const line = timeline(billed);
      if (line.since === null || line.open <= 0) continue;
      const matter = { sku: line.sku };
      const dueAt = line.since.at + grace(context.policyOf(matter), account);
      if (!context.missing(line.since.at, dueAt, { kind: 'prima', stream: 'Invoice' })) continue;
      const [fulfilled, invoiced] = [
        formatQuantity(line.fulfilled),
        formatQuantity(line.fulfilled - line.open),
      ];
      findings.push({
        subject: { kind: 'order', id: orderSubject(state) },
        discriminator: line.key,
        matter,
        since: line.since.at,
        dueAt,
        sides: [
          { system: books, value: { sku: line.sku, fulfilled }, fact: line.since.fact },
          { system: books, value: { sku: line.sku, invoiced }, fact: line.lastInvoice },
        ],
        difference: formatQuantity(line.open),
        explained: [],
        amountAtRisk: valueOf(state, line.sku, line.open),
        unitsAtRisk: formatQuantity(line.open),
        cause: {
          code: line.lastInvoice === null ? 'not-invoiced' : 'partly-invoiced',
          detail: `${line.sku}: ${fulfilled} fulfilled, ${invoiced} invoiced`,
        },
        divergence: { fact: line.since.fact, at: line.since.at },
        fixes: [
          {
            kind: 'post',
            system: 'prima',
            text: `Invoice ${formatQuantity(line.open)} of ${line.sku} on order ${state.orderNo}.`,
          },
        ],
      });
    }
    return findings;
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

interface Timeline {
  key: string;
  sku: string;
  fulfilled: number;
  /** Fulfilled less invoiced, base micro-units. */
  open: number;
  /** The fulfilment since which more is fulfilled than invoiced, without interruption. */
  since: { at: number; fact: number } | null;
  lastInvoice: number | null;
}

function timeline({ key, sku, moves }: BilledLine): Timeline {
  // At one instant an invoice counts before a fulfilment: nothing is late within the same moment.
  const ordered = moves
    .filter(({ kind }) => kind !== 'corrected')
    .sort((a, b) => a.at - b.at || Number(b.kind === 'invoiced') - Number(a.kind === 'invoiced'));
  const line: Timeline = { key, sku, fulfilled: 0, open: 0, since: null, lastInvoice: null };
  for (const move of ordered) {
    if (move.kind === 'invoiced') {
      line.open -= move.quantity;
      line.lastInvoice = move.fact;
    } else {
      line.open += move.quantity;
      line.fulfilled += move.quantity;
    }
    if (line.open <= 0) line.since = null;
    else line.since ??= { at: move.at, fact: move.fact };
  }
  return line;
}
