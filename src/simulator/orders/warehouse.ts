/** What the warehouse does with an order, told by Scend and kept in the stock book. */
import { decimal } from '../arithmetic';
import * as scend from '../scend-events';
import type { Carriage } from '../scend-events';
import type { Scene } from '../scene';
import { MINUTE } from '../timeline';
import type { Share } from './dispatching';
import { pack } from './dispatching';
import { picksOf } from './order';
import type { Order, Portion, Warehouse } from './order';

export interface Dispatch {
  order: Order;
  warehouse: Warehouse;
  at: number;
  portions: Portion[];
  carriage: Carriage;
  trackingNumbers: string[];
}

const CARRIERS = [
  ['ROYAL_MAIL', 'TRACKED24'],
  ['ROYAL_MAIL', 'TRACKED48'],
  ['DPD', 'NEXT_DAY'],
  ['UPS', 'STANDARD'],
] as const;

const REASONS: Record<string, string> = {
  UNKNOWN_SKU: 'SKU not on file',
  INVALID_SKU_FORMAT: 'SKU has characters that are not allowed',
  NON_STOCK_LINE: 'line is not a stock item',
  BUNDLE_NOT_EXPLODED: 'line is a bundle',
  DUPLICATE: 'order is already on file',
  OTHER: 'address could not be read',
};

export function receive(scene: Scene, order: Order, share: Share, at: number): void {
  const { recorder, numbers } = scene;
  const whole = picksOf(share.parts.flat());
  const id = recorder.nextEventId();
  recorder.scend(
    at,
    scend.orderReceived(id, at, share.warehouse, order.orderNo, numbers.next('W-', 55), whole),
  );
}

/** Refuses the whole order; the lines told are those that the warehouse does not want. */
export function reject(scene: Scene, order: Order, share: Share, reasonCode: string, at: number): void {
  const wanted = picksOf(share.parts.flat());
  const lines = reasonCode === 'NON_STOCK_LINE' ? serviceLines(order) : refused(order, wanted, reasonCode);
  const reason = REASONS[reasonCode] ?? 'refused';
  const id = scene.recorder.nextEventId();
  scene.recorder.scend(
    at,
    scend.orderRejected(id, at, share.warehouse, order.orderNo, reasonCode, reason, lines),
  );
}

function serviceLines(order: Order) {
  return order.lines
    .filter((line) => line.nonStock)
    .map((line) => ({ order_line: line.lineNo, sku: line.item.code, qty: line.units }));
}

function refused(order: Order, wanted: ReturnType<typeof picksOf>, reasonCode: string) {
  if (reasonCode !== 'BUNDLE_NOT_EXPLODED') return wanted.slice(-1);
  return order.lines
    .filter((line) => line.item.kit !== null)
    .map((line) => ({ order_line: line.lineNo, sku: line.item.code, qty: line.units }));
}

/** Sets goods aside; what comes later is told as short. */
export function allocate(
  scene: Scene,
  order: Order,
  warehouse: Warehouse,
  now: Portion[],
  later: Portion[],
  at: number,
): void {
  const { recorder, book } = scene;
  const picks = picksOf(now);
  for (const pick of picks) book.allocate(at, warehouse, pick.sku, pick.qty);
  const short = picksOf(later);
  const shortOf = (line: number, sku: string) =>
    short.find((pick) => pick.order_line === line && pick.sku === sku)?.qty ?? 0;
  const told = [
    ...picks.map((pick) => ({ ...pick, short_qty: shortOf(pick.order_line, pick.sku) })),
    ...short
      .filter((pick) => !picks.some((p) => p.order_line === pick.order_line && p.sku === pick.sku))
      .map((pick) => ({ ...pick, qty: 0, short_qty: pick.qty })),
  ];
  recorder.scend(at, scend.orderAllocated(recorder.nextEventId(), at, warehouse, order.orderNo, told));
}

/** Undoes an allocation on both sides without a word: only the next count shows it. */
export function release(scene: Scene, warehouse: Warehouse, portions: Portion[], at: number): void {
  for (const pick of picksOf(portions)) scene.book.allocate(at, warehouse, pick.sku, -pick.qty);
}

export function cancel(scene: Scene, order: Order, warehouse: Warehouse, at: number): void {
  const id = scene.recorder.nextEventId();
  scene.recorder.scend(at, scend.orderCancelled(id, at, warehouse, order.orderNo));
}

export function dispatch(
  scene: Scene,
  order: Order,
  warehouse: Warehouse,
  portions: Portion[],
  at: number,
  told = true,
): Dispatch {
  const { recorder, random, numbers, book } = scene;
  const [carrier, service] = random.pick(CARRIERS);
  const carriage: Carriage = {
    dispatchRef: numbers.next('SCD-', 889),
    carrier,
    service,
    cost: random.int(290, 1_490),
  };
  const picks = picksOf(portions);
  const parcels = pack(random, picks, () => numbers.next('RB', 715_114_139) + 'GB');
  const trackingNumbers = parcels.map((parcel) => parcel.tracking_number);
  const sent: Dispatch = { order, warehouse, at, portions, carriage, trackingNumbers };
  if (!told) return sent;
  const cost = decimal(carriage.cost);
  recorder.scend(
    at - 5 * MINUTE,
    scend.orderManifested(recorder.nextEventId(), at - 5 * MINUTE, warehouse, order.orderNo, carriage, cost),
  );
  recorder.scend(
    at,
    scend.orderDispatched(recorder.nextEventId(), at, warehouse, order.orderNo, carriage, parcels),
  );
  for (const pick of picks) book.shelf(at, warehouse, pick.sku, 'allocated', -pick.qty);
  return sent;
}
