/** Scend's events, exactly as `sources.md` shows them: integers in base units. */
import type { PickLine, Warehouse } from './orders/order';
import { iso, SECOND } from './timeline';

const head = <T extends string>(id: string, type: T, at: number, warehouse: Warehouse) => ({
  event_id: id,
  event_type: type,
  occurred_at: iso(at),
  client_id: 'ACME',
  warehouse,
});

export const itemSynchronised = (id: string, at: number, warehouse: Warehouse, sku: string) => ({
  ...head(id, 'item.synchronised', at, warehouse),
  sku,
  base_uom: 'EA',
});

export const orderReceived = (
  id: string,
  at: number,
  warehouse: Warehouse,
  orderRef: string,
  whRef: string,
  lines: PickLine[],
) => ({ ...head(id, 'order.received', at, warehouse), order_ref: orderRef, wh_ref: whRef, lines });

export const orderRejected = (
  id: string,
  at: number,
  warehouse: Warehouse,
  orderRef: string,
  reasonCode: string,
  reason: string,
  lines: PickLine[],
) => ({
  ...head(id, 'order.rejected', at, warehouse),
  order_ref: orderRef,
  reason_code: reasonCode,
  reason,
  lines,
});

export const orderAllocated = (
  id: string,
  at: number,
  warehouse: Warehouse,
  orderRef: string,
  lines: (PickLine & { short_qty: number })[],
) => ({ ...head(id, 'order.allocated', at, warehouse), order_ref: orderRef, lines });

export const orderCancelled = (id: string, at: number, warehouse: Warehouse, orderRef: string) => ({
  ...head(id, 'order.cancelled', at, warehouse),
  order_ref: orderRef,
});

export interface Carriage {
  dispatchRef: string;
  carrier: string;
  service: string;
  /** Pence. */
  cost: number;
}

export const orderManifested = (
  id: string,
  at: number,
  warehouse: Warehouse,
  orderRef: string,
  carriage: Carriage,
  costText: string,
) => ({
  ...head(id, 'order.manifested', at, warehouse),
  order_ref: orderRef,
  dispatch_ref: carriage.dispatchRef,
  carrier: carriage.carrier,
  service: carriage.service,
  cost: { amount: costText, currency: 'GBP' },
});

export interface Parcel {
  tracking_number: string;
  weight_g: number;
  lines: PickLine[];
}

export const orderDispatched = (
  id: string,
  at: number,
  warehouse: Warehouse,
  orderRef: string,
  carriage: Carriage,
  parcels: Parcel[],
) => ({
  ...head(id, 'order.dispatched', at, warehouse),
  order_ref: orderRef,
  dispatch_ref: carriage.dispatchRef,
  carrier: carriage.carrier,
  service: carriage.service,
  parcels,
});

export const returnReceived = (
  id: string,
  at: number,
  warehouse: Warehouse,
  orderRef: string,
  rmaRef: string,
  lines: { sku: string; qty: number; condition: string; to_status: string }[],
) => ({ ...head(id, 'return.received', at, warehouse), order_ref: orderRef, rma_ref: rmaRef, lines });

export interface LevelLine {
  sku: string;
  statuses: Record<string, number>;
  unlocated: number;
  as_of: string;
  sequence: number;
}

/** The count was taken at `asOf` and is told a few seconds later. */
export const stockLevel = (id: string, asOf: number, warehouse: Warehouse, lines: LevelLine[]) => ({
  ...head(id, 'stock.level', asOf + 11 * SECOND, warehouse),
  lines,
});

export const stockAdjusted = (
  id: string,
  at: number,
  warehouse: Warehouse,
  sku: string,
  change: { delta: number; before: number; status: string; reason: string },
) => ({
  ...head(id, 'stock.adjusted', at, warehouse),
  sku,
  delta: change.delta,
  before: change.before,
  after: change.before + change.delta,
  status: change.status,
  reason: change.reason,
  sequence: 0,
});

export const transferDispatched = (
  id: string,
  at: number,
  from: Warehouse,
  to: Warehouse,
  ref: string,
  lines: { sku: string; qty: number }[],
) => ({ ...head(id, 'transfer.dispatched', at, from), transfer_ref: ref, to_warehouse: to, lines });

export const transferReceived = (
  id: string,
  at: number,
  from: Warehouse,
  to: Warehouse,
  ref: string,
  lines: { sku: string; qty: number }[],
) => ({ ...head(id, 'transfer.received', at, to), transfer_ref: ref, from_warehouse: from, lines });

export const goodsReceived = (
  id: string,
  at: number,
  warehouse: Warehouse,
  poRef: string,
  lines: { sku: string; qty: number }[],
) => ({ ...head(id, 'goods.received', at, warehouse), po_ref: poRef, lines });
