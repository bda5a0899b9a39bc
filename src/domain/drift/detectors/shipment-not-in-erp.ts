import { type Shipment, dispatchedLines } from '../../cases/shipments';
import { earliest, sourceOf } from '../../cases/held';
import type { OrderState } from '../../cases/order';
import { exact, formatQuantity } from '../../exact';
import { graceMs } from '../../policy';
import type { FeedName } from '../context';
import { detector } from '../detector';
import {
  alive,
  customer,
  dispatched,
  fulfilment,
  hours,
  item,
  receivedByWarehouse,
  salesOrder,
  synchronised,
} from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled, shipments, sumMoney, valueOf } from './shared';

const CODE = 'shipment-not-in-erp';
const GRACE_SECONDS = 4 * 3600;
const FULFILMENTS: FeedName = { kind: 'prima', stream: 'ItemFulfilment' };
const basics = [
  customer(hours(-9)),
  item(hours(-9)),
  synchronised(hours(-9)),
  salesOrder(hours(0)),
  receivedByWarehouse(hours(0)),
  dispatched(hours(1)),
];

export const shipmentNotInErp = detector({
  code: CODE,
  on: 'order',
  meaning: 'Scend dispatched the goods and Prima has no item fulfilment for that dispatch.',
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  parts: ['warehouse'],
  causes: ['not-posted'],
  supersedes: [],
  detect(state, context) {
    if (state.dispatched.length === 0 || isCancelled(state)) return NO_FINDINGS;
    let findings: Finding[] | null = null;
    for (const shipment of shipments(state, context)) {
      if (shipment.fulfilments.length > 0) continue;
      const first = earliest(shipment.dispatches);
      if (first === null) continue;
      const matter = { warehouse: first.value.warehouse };
      const dueAt = first.at + graceMs(context.policyOf(matter), CODE, GRACE_SECONDS);
      if (!context.missing(first.at, dueAt, FULFILMENTS)) continue;
      (findings ??= []).push({
        subject: { kind: 'shipment', id: shipment.dispatchRef },
        discriminator: '',
        matter,
        since: first.at,
        dueAt,
        sides: [
          {
            system: sourceOf(first),
            value: { order: state.orderNo, lines: linesText(shipment) },
            fact: first.fact,
          },
          { system: 'prima', value: null, fact: null },
        ],
        difference: 'no item fulfilment',
        explained: [],
        amountAtRisk: atRisk(state, shipment),
        unitsAtRisk: formatQuantity(
          exact(dispatchedLines(shipment).reduce((sum, line) => sum + line.quantity, 0)),
        ),
        cause: {
          code: 'not-posted',
          detail: `dispatch ${shipment.dispatchRef} of order ${state.orderNo} is not posted`,
        },
        divergence: divergedAt(first),
        fixes: [
          {
            kind: 'post',
            system: 'prima',
            text: `Post an item fulfilment for dispatch ${shipment.dispatchRef}.`,
          },
        ],
      });
    }
    return findings ?? NO_FINDINGS;
  },
  examples: {
    opens: {
      facts: [...basics, alive('prima', hours(5))],
      at: hours(5),
      subject: 'shipment:D1',
      cause: 'not-posted',
    },
    staysClosed: { facts: [...basics, alive('prima', hours(4))], at: hours(6) },
    resolves: { by: [fulfilment(hours(6))] },
  },
});

function linesText(shipment: Shipment): Record<string, string> {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of dispatchedLines(shipment))
    sums.set(sku, exact((sums.get(sku) ?? 0) + quantity));
  return Object.fromEntries([...sums].sort().map(([sku, quantity]) => [sku, formatQuantity(quantity)]));
}

function atRisk(state: OrderState, shipment: Shipment) {
  return sumMoney(dispatchedLines(shipment).map(({ sku, quantity }) => valueOf(state, sku, quantity)));
}
