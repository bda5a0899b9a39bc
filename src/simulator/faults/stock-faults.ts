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
  // Among what is on the shelf; both sides agree on how much that is.
  unlocated: ({ miscounted }, item, warehouse, _at, n) =>
    miscounted.set(`${item.code}@${warehouse}`, { unlocated: n }),
  'unmapped-status': (scene, item, warehouse, at, n) => {
    tellAdjustment(scene, at, warehouse, item.code, 'available', -n, 'quality');
    tellAdjustment(scene, at, warehouse, item.code, 'cage', n, 'quality');
    scene.book.book(at, warehouse, item.code, 'free', -n);
    scene.book.book(at, warehouse, item.code, 'quarantine', n);
  },
  // What is free differs from Scend's too, which is a mere consequence.
  oversold: ({ book, onceOpened, times }, item, warehouse, _at, n) => {
    onceOpened.push(() => {
      const promised = book.bookAt(times.closingAt, warehouse, item.code).free + n;
      book.book(times.closingAt - HOUR, warehouse, item.code, 'free', -promised);
      book.book(times.closingAt - HOUR, warehouse, item.code, 'allocated', promised);
    });
  },
  misvalued: ({ miscounted, book, onceOpened, times }, item, warehouse, _at, n) => {
    onceOpened.push(() => {
      // Beyond half a percent of the most that there was at any count.
      const most = [times.openingAt, times.closingAt].map((at) => {
        const { free, allocated, quarantine } = book.bookAt(at, warehouse, item.code);
        return (free + allocated + quarantine) * item.unitCost;
      });
      const misvalued = Math.ceil(Math.max(100, ...most.map((value) => value / 190))) + n;
      miscounted.set(`${item.code}@${warehouse}`, { misvalued });
    });
  },
};

const DETECTOR: Partial<Record<StockFault, readonly string[]>> = {
  unlocated: ['stock-unlocated'],
  'unmapped-status': ['stock-status-unmapped'],
  oversold: ['oversold'],
  misvalued: ['stock-valuation-mismatch'],
  // Known for more than a day, and more than half a percent of anything that lies there: its value is wrong, too.
  'adjustment-not-booked': ['stock-mismatch', 'stock-valuation-mismatch'],
  'journal-without-goods': ['stock-mismatch', 'stock-valuation-mismatch'],
};

/** What Prima's books may be off by, and what lies there without a location and is found within the hour. */
export function harmlessCounts(scene: Scene): void {
  const [valued] = [scene.undisturbed()];
  for (const warehouse of WAREHOUSES) scene.miscounted.set(`${valued.code}@${warehouse}`, { misvalued: 100 });
}

export function makeStockFault(scene: Scene, kind: StockFault, faultId: string): void {
  const { random, recorder, times } = scene;
  const item = scene.undisturbed();
  const warehouse = random.pick(WAREHOUSES);
  const at = times.tradingFrom + random.int(60, 780) * MINUTE;
  const large = kind === 'adjustment-not-booked' || kind === 'journal-without-goods';
  MAKE[kind](scene, item, warehouse, at, large ? random.int(6, 9) : random.int(2, 9));
  const subject = { kind: 'stock' as const, id: `${item.code}@${warehouse}` };
  for (const detector of DETECTOR[kind] ?? ['stock-mismatch'])
    recorder.expect({ detector, subject, faultId });
}
