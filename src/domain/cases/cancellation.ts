/** Which cancellations of an order stand, and what stands against them. */
import type { Body } from '../facts/canonical';
import { type Held, type Slot, earliest } from './held';
import { type OrderState, salesOrderOf } from './order';

export type Cancelled = Held<Body<'warehouse-cancelled'>>;

/** Cancelled on any side: from then on only `status-conflict` and the refund rows apply. */
export function isCancelled(state: OrderState): boolean {
  if (salesOrderOf(state)?.value.status === 'cancelled') return true;
  if (state.warehouseCancelled.length === 0) return false;
  return standingCancellations(state).some((held) => !restOnly(state, held));
}

/** The last cancellation in each warehouse that has not received the order again since. */
export function standingCancellations(state: OrderState): Cancelled[] {
  return state.warehouseCancelled.filter((held) => {
    const { warehouse } = held.value;
    const later = (other: Held<{ warehouse: string }>) =>
      other.value.warehouse === warehouse && other.at > held.at;
    return !state.warehouseCancelled.some(later) && !state.received.some(later);
  });
}

/** What had left the warehouse before is no less shipped: only the rest was cancelled. */
export function restOnly(state: OrderState, { at, value }: Cancelled): boolean {
  return state.dispatched.some((held) => held.value.warehouse === value.warehouse && held.at <= at);
}

/** When Prima's order became what it is now, and by which fact: the first of the last run of cancelled versions. */
export function cancelledInBooks(state: OrderState): { at: number; fact: number } | null {
  if (salesOrderOf(state)?.value.status !== 'cancelled') return null;
  let start: { at: number; fact: number } | null = null;
  for (const { status, at, fact } of state.versions) {
    if (status !== 'cancelled') start = null;
    else start ??= { at, fact };
  }
  return start;
}

/** The first sign that a warehouse still works on the order: it has it, and has neither sent, cancelled nor refused it since. */
export function openInWarehouse(state: OrderState): Held<unknown> | null {
  const work: Slot<{ warehouse: string }> = [...state.received, ...state.allocated, ...state.manifested];
  const ends: Slot<{ warehouse: string }> = [
    ...state.warehouseCancelled,
    ...state.rejected,
    ...state.dispatched,
  ];
  return earliest(
    work.filter(
      (held) => !ends.some((end) => end.value.warehouse === held.value.warehouse && end.at >= held.at),
    ),
  );
}

/** The first dispatch, unless everything that was dispatched has come back. */
export function goneGoods(state: OrderState): Held<Body<'dispatched'>> | null {
  const out = new Map<string, number>();
  const add = (slot: Slot<{ lines: readonly { sku: string; quantity: number }[] }>, sign: 1 | -1) => {
    for (const { value } of slot)
      for (const { sku, quantity } of value.lines) out.set(sku, (out.get(sku) ?? 0) + sign * quantity);
  };
  add(state.dispatched, 1);
  add(state.returned, -1);
  return [...out.values()].some((quantity) => quantity > 0) ? earliest(state.dispatched) : null;
}

/** The first invoice, unless as much was credited as was invoiced. */
export function standingInvoice(state: OrderState): Held<Body<'invoice'>> | null {
  const net = (slot: Slot<{ lines: readonly { net: number }[] }>) => {
    let total = 0;
    for (const { value } of slot) for (const line of value.lines) total += line.net;
    return total;
  };
  const invoiced = net(state.invoices);
  return state.invoices.length > 0 && (invoiced === 0 || invoiced > net(state.creditNotes))
    ? earliest(state.invoices)
    : null;
}
