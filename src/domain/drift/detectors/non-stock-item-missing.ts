import { sourceOf } from '../../cases/held';
import { orderSubject, salesOrderOf } from '../../cases/order';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import { customer, hours, item, orderLine, salesOrder } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled } from './shared';

const CODE = 'non-stock-item-missing';
const ITEMS = { kind: 'prima', stream: 'Item' };
const charge = { ...orderLine, lineNo: 2, sku: 'DELIVERY', nonStock: true };
const basics = [customer(hours(-9)), item(hours(-9)), salesOrder(hours(0), { lines: [orderLine, charge] })];

export const nonStockItemMissing = detector({
  code: CODE,
  on: 'order',
  meaning: "An order has a service, warranty or charge line that Prima's item master does not have.",
  severity: 'medium',
  graceSeconds: 0,
  parts: ['sku'],
  causes: ['no-item'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    const order = salesOrderOf(state);
    if (order === null) return NO_FINDINGS;
    let findings: Finding[] | null = null;
    for (const line of order.value.lines) {
      if (!line.nonStock || context.isItem(line.sku)) continue;
      if (isCancelled(state)) return NO_FINDINGS;
      const { lineNo, sku } = line;
      const matter = { sku };
      const dueAt = order.at + graceMs(context.policyOf(matter), CODE, 0);
      if (!context.missing(order.at, dueAt, ITEMS)) continue;
      (findings ??= []).push({
        subject: { kind: 'order', id: orderSubject(state) },
        discriminator: String(lineNo),
        matter,
        since: order.at,
        dueAt,
        sides: [
          { system: sourceOf(order), value: { line: lineNo, sku, nonStock: true }, fact: order.fact },
          { system: 'prima', value: null, fact: null },
        ],
        difference: 'no item',
        explained: [],
        amountAtRisk: { minor: Math.abs(line.net), currency: order.value.currency },
        unitsAtRisk: null,
        cause: {
          code: 'no-item',
          about: sku,
          detail: `line ${lineNo} is ${sku}, which no Item document defines`,
        },
        divergence: divergedAt(order),
        fixes: [
          {
            kind: 'correct',
            system: 'prima',
            text: `Create the item ${sku}, not stock managed, or map it to the one that is meant (sku-aliases).`,
          },
        ],
      });
    }
    return findings ?? NO_FINDINGS;
  },
  examples: {
    opens: { facts: basics, at: hours(0), subject: 'order:SC-1', cause: 'no-item' },
    staysClosed: {
      facts: [item(hours(-9), { sku: 'DELIVERY', stockManaged: false }), ...basics],
      at: hours(0),
    },
    resolves: { by: [item(hours(1), { sku: 'DELIVERY', stockManaged: false })] },
  },
});
