/** Goods that move without an order: receipts, transfers, counts. Scend tells them, Prima books them later. */
import type { Item } from '../master/items';
import { WAREHOUSES } from '../orders/order';
import type { Warehouse } from '../orders/order';
import { stockJournal } from '../prima-documents';
import type { JournalReason } from '../prima-documents';
import * as scend from '../scend-events';
import type { Scene } from '../scene';
import { HOUR, MINUTE, SECOND } from '../timeline';
import { tellAdjustment } from './adjusting';

/** Prima books a quantity, signed, in base units. */
export function journal(
  scene: Scene,
  at: number,
  warehouse: Warehouse,
  item: Item,
  quantity: number,
  reason: JournalReason,
  reference: string | null,
): void {
  const no = scene.numbers.next('SJ', 55);
  scene.book.book(at, warehouse, item.code, 'free', quantity);
  scene.recorder.prima(at + SECOND, stockJournal(no, item, warehouse, quantity, reason, reference, at));
}

export function receiveGoods(
  scene: Scene,
  at: number,
  warehouse: Warehouse,
  items: Item[],
  quantity: number,
  bookedAfter: number | null,
): void {
  const { recorder, numbers, book } = scene;
  const ref = numbers.next('PO-', 5);
  const lines = items.map((item) => ({ sku: item.code, qty: quantity }));
  recorder.scend(at, scend.goodsReceived(recorder.nextEventId(), at, warehouse, ref, lines));
  for (const { sku, qty } of lines) book.shelf(at, warehouse, sku, 'available', qty);
  if (bookedAfter === null) return;
  for (const item of items) journal(scene, at + bookedAfter, warehouse, item, quantity, 'receipt', ref);
}

export interface TransferPlan {
  item: Item;
  quantity: number;
  at: number;
  /** Null: still under way at the end. */
  takes: number | null;
  booked: boolean;
}

/** Goods go from the first warehouse to the second; Prima books each end on its own, with the transfer's reference. */
export function transfer(scene: Scene, { item, quantity, at, takes, booked }: TransferPlan): void {
  const { recorder, numbers, book, random } = scene;
  const [from, to] = WAREHOUSES as [Warehouse, Warehouse];
  const ref = numbers.next('T-', 9);
  const lines = [{ sku: item.code, qty: quantity }];
  recorder.scend(at, scend.transferDispatched(recorder.nextEventId(), at, from, to, ref, lines));
  book.shelf(at, from, item.code, 'available', -quantity);
  book.shelf(at, to, item.code, 'in_transfer', quantity);
  const leftAt = at + random.int(10, 180) * MINUTE;
  if (booked) {
    journal(scene, leftAt, from, item, -quantity, 'transfer', ref);
    book.book(leftAt, to, item.code, 'inTransit', quantity);
  }
  if (takes === null) return;
  const arrivedAt = at + takes;
  recorder.scend(arrivedAt, scend.transferReceived(recorder.nextEventId(), arrivedAt, from, to, ref, lines));
  book.shelf(arrivedAt, to, item.code, 'in_transfer', -quantity);
  book.shelf(arrivedAt, to, item.code, 'available', quantity);
  if (!booked) return;
  const bookedAt = Math.max(arrivedAt, leftAt) + random.int(10, 180) * MINUTE;
  journal(scene, bookedAt, to, item, quantity, 'transfer', ref);
  book.book(bookedAt, to, item.code, 'inTransit', -quantity);
}

/** A cycle count that finds a little less or more, known to both sides. */
export function count(scene: Scene, at: number): void {
  const { random, catalogue } = scene;
  const item = random.pick([...catalogue.general, ...catalogue.components]);
  const warehouse = random.pick(WAREHOUSES);
  const delta = random.pick([-3, -2, -1, -1, 1, 2]);
  tellAdjustment(scene, at, warehouse, item.code, 'available', delta, 'count');
  journal(scene, at + random.int(2, 25) * MINUTE, warehouse, item, delta, 'count', null);
}

/** What happens in the warehouses of a good day, scaled by the number of orders. */
export function usualMovements(scene: Scene, orders: number): void {
  const { random, catalogue, times } = scene;
  const some = (perOrders: number, least: number) => Math.max(least, Math.floor(orders / perOrders));
  const sometime = () => random.int(times.tradingFrom / SECOND, times.tradingTo / SECOND + 100_000) * SECOND;
  const pool = [...catalogue.general, ...catalogue.components];
  for (let n = some(40, 5); n > 0; n--) {
    const items = random.sample(pool, random.int(1, 4));
    receiveGoods(
      scene,
      sometime(),
      random.pick(WAREHOUSES),
      items,
      random.int(2, 40) * 12,
      random.int(10, 600) * MINUTE,
    );
  }
  for (let n = some(100, 3); n > 0; n--) {
    const takes = random.int(4, 20) * HOUR;
    transfer(scene, {
      item: random.pick(pool),
      quantity: random.int(2, 30),
      at: sometime(),
      takes,
      booked: true,
    });
  }
  for (let n = some(40, 5); n > 0; n--) count(scene, sometime());
}

/** Large differences that facts explain: nothing of them is a drift. */
export function explainedDifferences(scene: Scene): void {
  const { times, undisturbed } = scene;
  const duringTheDay = times.tradingFrom + 5 * HOUR;
  receiveGoods(scene, duringTheDay, 'UK1', [undisturbed()], 480, null);
  receiveGoods(scene, times.closingAt + 2 * HOUR, 'UK2', [undisturbed()], 960, null);
  transfer(scene, { item: undisturbed(), quantity: 60, at: duringTheDay, takes: 9 * HOUR, booked: false });
  transfer(scene, {
    item: undisturbed(),
    quantity: 75,
    at: duringTheDay + 70 * HOUR,
    takes: null,
    booked: true,
  });
  transfer(scene, {
    item: undisturbed(),
    quantity: 90,
    at: times.closingAt + HOUR,
    takes: null,
    booked: false,
  });
}
