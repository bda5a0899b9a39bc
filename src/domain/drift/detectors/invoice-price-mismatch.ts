import { toBase } from '../../cases/quantities';
import { type Held, sourceOf } from '../../cases/held';
import { type OrderState, salesOrderOf } from '../../cases/order';
import type { Body } from '../../facts/canonical';
import { currencyDigits, formatDecimal, mulDiv } from '../../exact';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import { customer, fulfilment, hours, invoice, item, revised, salesOrder } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled } from './shared';

const CODE = 'invoice-price-mismatch';
const TOLERANCE_MINOR = 1;
const basics = [customer(hours(-9)), item(hours(-9)), salesOrder(hours(0)), fulfilment(hours(1))];

export const invoicePriceMismatch = detector({
  code: CODE,
  on: 'order',
  meaning: "An invoice line's unit price or net differs from Prima's order line by more than 1 minor unit.",
  severity: 'medium',
  graceSeconds: 0,
  reads: { toleranceMinor: String(TOLERANCE_MINOR) },
  parts: ['sku'],
  causes: ['unit-price', 'line-net'],
  supersedes: [],
  detect(state, context) {
    const order = salesOrderOf(state);
    if (order === null || isCancelled(state)) return NO_FINDINGS;
    const look = context.product;
    let findings: Finding[] | null = null;
    for (const held of state.invoices) {
      if (held.value.currency !== order.value.currency) continue;
      for (const line of held.value.lines) {
        const ordered = orderLineOf(order.value.lines, line);
        if (!ordered || ordered.quantity === 0) continue;
        const sameUnit = ordered.uom === line.uom || ordered.uom.toUpperCase() === line.uom.toUpperCase();
        const quantity = sameUnit ? line.quantity : toBase(line, look);
        const full = sameUnit ? ordered.quantity : toBase(ordered, look);
        if (quantity === null || full === null || full === 0) continue;
        const expectedNet = mulDiv(ordered.net, quantity, full);
        const netOff = line.net - expectedNet;
        const priceOff =
          sameUnit && line.unitPrice !== null && ordered.unitPrice !== null
            ? line.unitPrice - ordered.unitPrice
            : 0;
        if (netOff === 0 && priceOff === 0) continue;
        const policy = context.policyOf({ sku: line.sku });
        const tolerance = policy.detectors[CODE]?.toleranceMinor ?? TOLERANCE_MINOR;
        if (Math.abs(netOff) <= tolerance && Math.abs(priceOff) <= tolerance) continue;
        const since = Math.max(held.at, order.at);
        const dueAt = since + graceMs(policy, CODE, 0);
        if (!context.due(dueAt)) continue;
        (findings ??= []).push(
          finding(state, order, held, line, {
            expectedNet,
            netOff,
            priceOff,
            since,
            dueAt,
            tolerance,
            ordered,
          }),
        );
      }
    }
    return findings ?? NO_FINDINGS;
  },
  examples: {
    opens: {
      facts: [...basics, invoice(hours(2), { unitPrice: 1100, net: 2200 })],
      at: hours(2),
      subject: 'invoice:INV1',
      cause: 'unit-price',
    },
    // Off by exactly one minor unit: inside the tolerance.
    staysClosed: { facts: [...basics, invoice(hours(2), { net: 2001 })], at: hours(2) },
    resolves: { by: [revised(invoice(hours(2)))] },
  },
});

type OrderLine = Body<'sales-order'>['lines'][number];
type InvoiceLine = Body<'invoice'>['lines'][number];

function orderLineOf(lines: readonly OrderLine[], line: InvoiceLine): OrderLine | undefined {
  if (line.orderLineNo !== null)
    return lines.find((each) => each.lineNo === line.orderLineNo && each.sku === line.sku);
  const same = lines.filter((each) => each.sku === line.sku);
  return same.length === 1 ? same[0] : undefined;
}

function finding(
  state: OrderState,
  order: Held<Body<'sales-order'>>,
  held: Held<Body<'invoice'>>,
  line: InvoiceLine,
  off: {
    expectedNet: number;
    netOff: number;
    priceOff: number;
    since: number;
    dueAt: number;
    tolerance: number;
    ordered: OrderLine;
  },
): Finding {
  const { currency } = order.value;
  const money = (minor: number) => formatDecimal(minor, currencyDigits(currency));
  const byPrice = Math.abs(off.priceOff) > off.tolerance;
  return {
    subject: { kind: 'invoice', id: held.value.invoiceNo },
    discriminator: String(line.lineNo),
    matter: { sku: line.sku },
    since: off.since,
    dueAt: off.dueAt,
    sides: [
      {
        system: sourceOf(order),
        value: {
          order: state.orderNo,
          line: off.ordered.lineNo,
          unitPrice: off.ordered.unitPrice === null ? null : money(off.ordered.unitPrice),
          net: money(off.expectedNet),
        },
        fact: order.fact,
      },
      {
        system: sourceOf(held),
        value: {
          invoice: held.value.invoiceNo,
          line: line.lineNo,
          unitPrice: line.unitPrice === null ? null : money(line.unitPrice),
          net: money(line.net),
        },
        fact: held.fact,
      },
    ],
    difference: money(off.netOff),
    explained: [],
    amountAtRisk: { minor: Math.abs(off.netOff), currency },
    unitsAtRisk: null,
    cause: {
      code: byPrice ? 'unit-price' : 'line-net',
      about: line.sku,
      detail: `${line.sku}: net ${money(line.net)} invoiced, ${money(off.expectedNet)} by the order`,
    },
    divergence: divergedAt(held.at >= order.at ? held : order),
    fixes: [
      {
        kind: 'correct',
        system: 'prima',
        text: `Credit and reissue line ${line.lineNo} of invoice ${held.value.invoiceNo} at the order's price.`,
      },
    ],
  };
}
