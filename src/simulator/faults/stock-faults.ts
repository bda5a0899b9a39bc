import type { Item } from '../master/items';
import { WAREHOUSES } from '../orders/order';
import type { Warehouse } from '../orders/order';
import type { Scene } from '../scene';
import { tellAdjustment } from '../stock/adjusting';
import { journal, receiveGoods } from '../stock/movements';
import { HOUR, MINUTE } from '../timeline';
import type { StockFault } from './plan';

type Make = (scene: Scene, item: Item, warehouse: Warehouse, at: number, quantity: number) => void;

/** One side knows what the other does not, and no fact explains it. */
const MAKE: Record<StockFault, Make> = {
  shrinkage: ({ book }, item, warehouse, at, n) => book.shelf(at, warehouse, item.code, 'available', -n),
  'adjustment-not-booked': (scene, item, warehouse, at, n) =>
    tellAdjustment(scene, at, warehouse, item.code, 'available', -n, 'count'),
  'journal-without-goods': (scene, item, warehouse, at, n) =>
    journal(scene, at, warehouse, item, -n, 'write_off', null),
  'journal-after-closing': (scene, item, warehouse, _at, n) =>
    journal(scene, scene.times.closingAt + HOUR, warehouse, item, -n, 'write_off', null),
  // Physically nothing is missing; but Prima would sell what Scend holds back.
  'quarantine-not-booked': (scene, item, warehouse, at, n) => {
    tellAdjustment(scene, at, warehouse, item.code, 'available', -n, 'quality');
    tellAdjustment(scene, at, warehouse, item.code, 'quarantine', n, 'quality');
  },
  // A receipt that Prima has not booked explains 100 of them; what was found beyond it stays unexplained.
  'found-beyond-receipt': (scene, item, warehouse, at, n) => {
    receiveGoods(scene, at, warehouse, [item], 100, null);
    scene.book.shelf(at + MINUTE, warehouse, item.code, 'available', n);
  },
};

export function makeStockFault(scene: Scene, kind: StockFault, faultId: string): void {
  const { random, recorder, times } = scene;
  const item = scene.undisturbed();
  const warehouse = random.pick(WAREHOUSES);
  const at = times.tradingFrom + random.int(60, 780) * MINUTE;
  MAKE[kind](scene, item, warehouse, at, random.int(2, 9));
  recorder.expect({
    detector: 'stock-mismatch',
    subject: { kind: 'stock', id: `${item.code}@${warehouse}` },
    faultId,
  });
}
