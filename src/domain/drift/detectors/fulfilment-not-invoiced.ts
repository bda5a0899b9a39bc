import { type Held, type Slot, sourceOf } from '../../cases/held';
import { fulfilledLines, isCharge } from '../../cases/matches';
import { type OrderState, orderSubject, salesOrderOf } from '../../cases/order';
import { toBase } from '../../cases/quantities';
import { formatQuantity } from '../../exact';
import { type Policy, graceMs } from '../../policy';
import type { DetectContext } from '../context';
import { detector } from '../detector';
import { alive, customer, fulfilment, hours, invoice, item, salesOrder } from '../examples';
import type { Finding } from '../finding';
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
  reads: ['accountGraceSeconds'],
  parts: ['sku'],
  causes: ['not-invoiced', 'partly-invoiced'],
  supersedes: [],
  detect(state, context) {
    if (state.fulfilments.length === 0 || isCancelled(state) || plainlyInvoiced(state)) return [];
    const order = salesOrderOf(state);
    const account = order?.value.paymentTerms != null && order.value.paymentTerms !== 'prepaid';
    const findings: Finding[] = [];
    const books = sourceOf(state.fulfilments[0] as Held<unknown>);
    for (const line of timelines(state, context)) {
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
      if (count !== 1 || !(sum(state.fulfilments, sku, uom) <= sum(state.invoices, sku, uom))) return false;
    }
  }
  return true;
}

/** NaN, which is never more or less than anything, where another unit is involved. */
function sum(
  slot: Slot<{ lines: readonly { sku: string; quantity: number; uom: string }[] }>,
  sku: string,
  uom: string,
): number {
  let total = 0;
  for (const { value } of slot)
    for (const line of value.lines) if (line.sku === sku) total += line.uom === uom ? line.quantity : NaN;
  return total;
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

/** Per order line (per SKU where the line is not told apart), fulfilments and invoices in the order of their own clocks. */
function timelines(state: OrderState, context: DetectContext): Timeline[] {
  const look = context.product;
  const byLine = new Map<
    string,
    { sku: string; moves: { at: number; fact: number; quantity: number; invoice: boolean }[] }
  >();
  const factOf = new Map(state.fulfilments.map((held) => [held.value.fulfilmentNo, held.fact]));
  const skusWithLines = new Map<string, number>();
  for (const line of salesOrderOf(state)?.value.lines ?? [])
    skusWithLines.set(line.sku, (skusWithLines.get(line.sku) ?? 0) + 1);
  const keyOf = (sku: string, orderLine: number | null) =>
    orderLine !== null && (skusWithLines.get(sku) ?? 0) > 0 ? String(orderLine) : sku;
  const add = (
    key: string,
    sku: string,
    move: { at: number; fact: number; quantity: number; invoice: boolean },
  ) => {
    const known = byLine.get(key);
    if (known) known.moves.push(move);
    else byLine.set(key, { sku, moves: [move] });
  };
  for (const claim of fulfilledLines(state, look)) {
    if (isCharge(state, claim.sku, claim.orderLine, look)) continue;
    const fact = factOf.get(claim.document) ?? 0;
    add(keyOf(claim.sku, claim.orderLine), claim.sku, {
      at: claim.at,
      fact,
      quantity: claim.remaining,
      invoice: false,
    });
  }
  for (const held of state.invoices) {
    for (const line of held.value.lines) {
      const single = skusWithLines.get(line.sku) === 1;
      const orderLine =
        line.orderLineNo ??
        (single
          ? (salesOrderOf(state)?.value.lines.find((each) => each.sku === line.sku)?.lineNo ?? null)
          : null);
      const quantity = toBase(line, look) ?? line.quantity;
      add(keyOf(line.sku, orderLine), line.sku, { at: held.at, fact: held.fact, quantity, invoice: true });
    }
  }
  return [...byLine].map(([key, { sku, moves }]) => timeline(key, sku, moves));
}

function timeline(
  key: string,
  sku: string,
  moves: { at: number; fact: number; quantity: number; invoice: boolean }[],
): Timeline {
  // At one instant an invoice counts before a fulfilment: nothing is late within the same moment.
  moves.sort((a, b) => a.at - b.at || Number(b.invoice) - Number(a.invoice));
  const line: Timeline = { key, sku, fulfilled: 0, open: 0, since: null, lastInvoice: null };
  for (const move of moves) {
    if (move.invoice) {
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
