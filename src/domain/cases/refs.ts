import { type OrderState, salesOrderOf } from './order';

/** Every reference by which a system knows the order, but for the books' own number, which its key has. */
export function orderRefs(state: OrderState): string[] {
  const refs = new Set<string>();
  const order = salesOrderOf(state);
  if (order?.value.externalRef) refs.add(order.value.externalRef);
  for (const { value } of state.dispatched) {
    refs.add(value.dispatchRef);
    for (const tracking of value.trackingNumbers) refs.add(tracking);
  }
  for (const { value } of state.fulfilments) {
    refs.add(value.fulfilmentNo);
    for (const tracking of value.trackingNumbers) refs.add(tracking);
  }
  for (const { value } of state.invoices) refs.add(value.invoiceNo);
  for (const { value } of state.returned) refs.add(value.returnRef);
  for (const { value } of state.creditNotes) refs.add(value.creditNoteNo);
  for (const { value } of state.refundRequests) refs.add(value.refundNo);
  refs.delete(state.orderNo);
  return [...refs];
}
