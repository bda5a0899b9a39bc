import type { Item } from '../master/items';
import { WAREHOUSES } from '../orders/order';
import type { Warehouse } from '../orders/order';
import { stockBalance } from '../prima-documents';
import * as scend from '../scend-events';
import type { LevelLine } from '../scend-events';
import type { Scene } from '../scene';
import { iso, SECOND } from '../timeline';

const LINES_PER_EVENT = 40;

/** Both systems say at one instant what they have: Scend only of what it knows. */
export function countAll(scene: Scene, items: Item[], at: number, version: number): void {
  for (const warehouse of WAREHOUSES) {
    const known = items.filter((item) => item.synchronisedAfter !== null);
    for (let from = 0; from < known.length; from += LINES_PER_EVENT) {
      tellLevels(scene, known.slice(from, from + LINES_PER_EVENT), warehouse, at);
    }
    for (const item of items) tellBalance(scene, item, warehouse, at, version);
  }
}

function tellLevels(scene: Scene, items: Item[], warehouse: Warehouse, at: number): void {
  const { recorder, book } = scene;
  const lines = items.map((item): LevelLine => {
    const statuses = book.shelfAt(at, warehouse, item.code);
    const closing = at === scene.times.closingAt;
    const unlocated = (closing && scene.miscounted.get(`${item.code}@${warehouse}`)?.unlocated) || 0;
    const line = { sku: item.code, statuses, unlocated, as_of: iso(at), sequence: 0 };
    recorder.sequence(at, (sequence) => {
      line.sequence = sequence;
    });
    return line;
  });
  recorder.scend(at + 11 * SECOND, scend.stockLevel(recorder.nextEventId(), at, warehouse, lines));
}

function tellBalance(scene: Scene, item: Item, warehouse: Warehouse, at: number, version: number): void {
  const { free, allocated, quarantine, inTransit } = scene.book.bookAt(at, warehouse, item.code);
  const figures = { physical: free + allocated + quarantine, allocated, quarantine, inTransit };
  const misvalued = scene.miscounted.get(`${item.code}@${warehouse}`)?.misvalued ?? 0;
  scene.recorder.prima(at + SECOND, stockBalance(item, warehouse, figures, at, version, misvalued));
}
