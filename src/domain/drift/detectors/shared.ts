/** What several detectors of an order ask in the same words. */
export { isCancelled } from '../../cases/cancellation';
import { type OrderState, salesOrderOf } from '../../cases/order';
import { type Shipment, shipmentsOf } from '../../cases/shipments';
import type { DetectContext } from '../context';
import { type Money, exact, mulDiv } from '../../exact';

/** Scend has said nothing that shows it has the order or refused it. */
export function warehouseSilent(state: OrderState): boolean {
  return (
    state.received.length +
      state.rejected.length +
      state.allocated.length +
      state.manifested.length +
      state.dispatched.length ===
    0
  );
}

export function shipments(state: OrderState, context: DetectContext): Shipment[] {
  if (state.dispatched.length === 0) return [];
  return context.once('shipments', () => shipmentsOf(state, context.product));
}

/** Net value of a quantity of a SKU at the order's own price; null where the order has no such line. */
export function valueOf(state: OrderState, sku: string, quantity: number): Money | null {
  const order = salesOrderOf(state);
  const line = order?.value.lines.find((each) => each.sku === sku && each.quantity > 0);
  if (!order || !line) return null;
  return { minor: Math.abs(mulDiv(line.net, quantity, line.quantity)), currency: order.value.currency };
}

/** With its tax, where the order's line names it. */
export function grossOf(state: OrderState, sku: string, quantity: number): Money | null {
  const order = salesOrderOf(state);
  const line = order?.value.lines.find((each) => each.sku === sku && each.quantity > 0);
  if (!order || !line) return null;
  const gross = line.gross ?? line.net + (line.tax ?? 0);
  return { minor: Math.abs(mulDiv(gross, quantity, line.quantity)), currency: order.value.currency };
}

/** What the order is worth; null where Prima gives no totals. */
export function orderAmount(state: OrderState): Money | null {
  const order = salesOrderOf(state)?.value;
  return order?.totals ? { minor: order.totals.gross, currency: order.currency } : null;
}

/** Sum of amounts that are known; null when none is. All belong to one order, hence to one currency. */
export function sumMoney(amounts: readonly (Money | null)[]): Money | null {
  const known = amounts.filter((amount) => amount !== null);
  const first = known[0];
  return first
    ? { minor: known.reduce((sum, amount) => exact(sum + amount.minor), 0), currency: first.currency }
    : null;
}
