import type { Warehouse } from '../orders/order';
import * as scend from '../scend-events';
import type { Scene } from '../scene';
import type { ShelfStatus } from './book';

/** Scend tells a change of one status; how much there was before is known when all movements are. */
export function tellAdjustment(
  scene: Scene,
  at: number,
  warehouse: Warehouse,
  sku: string,
  status: ShelfStatus,
  delta: number,
  reason: string,
  faultId?: string,
): void {
  const { recorder, book } = scene;
  const id = recorder.nextEventId();
  const event = scend.stockAdjusted(id, at, warehouse, sku, { delta, before: 0, status, reason });
  book.shelf(at, warehouse, sku, status, delta);
  recorder.scend(at, event, faultId);
  recorder.sequence(at, (sequence) => {
    const after = book.shelfAt(at, warehouse, sku)[status] ?? 0;
    Object.assign(event, { before: after - delta, after, sequence });
  });
}
