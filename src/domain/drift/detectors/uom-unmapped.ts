/** A unit that the product does not have, on a line of an order or on a balance; the product is the subject, whoever names it. */
import { type Held, latest, sourceOf, upTo } from '../../cases/held';
import { salesOrderOf } from '../../cases/order';
import type { ProductState } from '../../cases/product';
import { hasUnit } from '../../cases/quantities';
import { type Money, formatQuantity } from '../../exact';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import type { Detector } from '../detector';
import { balance, customer, hours, item, orderLine, revised, salesOrder } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled } from './shared';

const CODE = 'uom-unmapped';
const ordered = (uom: string) => salesOrder(hours(0), { lines: [{ ...orderLine, uom }] });

const head = {
  code: CODE,
  meaning: 'An order line or a balance uses a unit that the product does not have.',
  severity: 'high',
  graceSeconds: 0,
  causes: ['unknown-unit'],
  supersedes: [],
} as const;

const onOrder: Detector<'order'> = {
  ...head,
  on: 'order',
  parts: ['sku'],
  detect(state, context) {
    const order = salesOrderOf(state);
    if (order === null) return NO_FINDINGS;
    let findings: Finding[] | null = null;
    for (const line of order.value.lines) {
      const product = context.product(line.sku);
      const item = product?.items[0];
      if (!item || hasUnit(item.value, line.uom)) continue;
      if (isCancelled(state)) return NO_FINDINGS;
      const { currency } = order.value;
      const where = `line ${line.lineNo} of order ${state.orderNo}`;
      const found = finding(context, product, item, {
        by: order,
        since: order.at,
        line,
        // Each use is one: what is found on the next order is not this one come back.
        discriminator: `${line.uom.toUpperCase()} ${state.orderNo}/${line.lineNo}`,
        where,
        amount: { minor: Math.abs(line.net), currency },
      });
      if (context.due(found.dueAt)) (findings ??= []).push(found);
    }
    return findings ?? NO_FINDINGS;
  },
  examples: {
    opens: {
      facts: [customer(hours(-9)), item(hours(-9)), ordered('DRUM')],
      at: hours(0),
      subject: 'product:BAG-1',
      cause: 'unknown-unit',
    },
    // Units compare whatever their case.
    staysClosed: { facts: [customer(hours(-9)), item(hours(-9)), ordered('case')], at: hours(0) },
    resolves: { by: [revised(ordered('CASE'))] },
  },
};

const onStock: Detector<'stock'> = {
  ...head,
  on: 'stock',
  windowed: true,
  detect(state, context) {
    const last = latest(upTo(state.balances, context.now));
    if (last === null) return NO_FINDINGS;
    const product = context.product(state.sku);
    const item = product?.items[0];
    if (!item || hasUnit(item.value, last.value.uom)) return NO_FINDINGS;
    let first = last;
    let certain = false;
    for (const held of [...state.balances].sort((a, b) => b.at - a.at)) {
      if (held.at >= first.at) continue;
      certain = held.value.uom.toUpperCase() !== last.value.uom.toUpperCase();
      if (certain) break;
      first = held;
    }
    const { uom, physical: quantity } = last.value;
    const found = finding(context, product, item, {
      by: last,
      since: first.at,
      line: { uom, quantity },
      discriminator: `${uom.toUpperCase()} ${state.warehouse}`,
      where: `the balance of ${state.warehouse}`,
      amount: null,
    });
    return context.due(found.dueAt) ? [{ ...found, certain, divergence: divergedAt(first) }] : [];
  },
  examples: {
    opens: {
      facts: [item(hours(-9)), balance(hours(0), 5, 0, { uom: 'DRUM' })],
      at: hours(0),
      subject: 'product:BAG-1',
      cause: 'unknown-unit',
    },
    staysClosed: { facts: [item(hours(-9)), balance(hours(0), 5, 0, { uom: 'Case' })], at: hours(0) },
    resolves: { by: [balance(hours(1), 5)] },
  },
};

export const uomUnmapped = [onOrder, onStock] as const;

interface Use {
  by: Held<unknown>;
  since: number;
  line: { uom: string; quantity: number };
  discriminator: string;
  where: string;
  amount: Money | null;
}

function finding(
  context: DetectContext,
  { sku }: ProductState,
  item: ProductState['items'][number],
  use: Use,
): Finding {
  const { uom, quantity } = use.line;
  const known = [item.value.baseUom, ...item.value.uoms.map((unit) => unit.uom)];
  return {
    subject: { kind: 'product', id: sku },
    discriminator: use.discriminator,
    matter: { sku },
    since: use.since,
    dueAt: use.since + graceMs(context.policyOf({ sku }), CODE, 0),
    sides: [
      {
        system: sourceOf(use.by),
        value: { uom, quantity: formatQuantity(quantity), on: use.where },
        fact: use.by.fact,
      },
      { system: sourceOf(item), value: { uoms: [...new Set(known)] }, fact: item.fact },
    ],
    difference: uom,
    explained: [],
    amountAtRisk: use.amount,
    unitsAtRisk: use.amount === null ? formatQuantity(Math.abs(quantity)) : null,
    cause: {
      code: 'unknown-unit',
      about: `${sku} ${uom.toUpperCase()}`,
      detail: `${use.where} is in ${uom}, which ${sku} does not have`,
    },
    divergence: divergedAt(use.by),
    fixes: [
      {
        kind: 'correct',
        system: 'prima',
        text: `Give ${sku} the unit ${uom} with its factor, or map ${uom} to one that it has in the table units, then replay.`,
      },
    ],
  };
}
