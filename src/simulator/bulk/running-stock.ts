import type { BulkMessage } from './message';
import type { Item } from '../master/items';
import { WAREHOUSES } from '../orders/order';
import type { Portion, Warehouse } from '../orders/order';
import { stockBalance } from '../prima-documents';
import * as scend from '../scend-events';
import { iso } from '../timeline';

interface Running {
  shelf: number;
  book: number;
  allocated: number;
  dispatched: number;
  version: number;
}

const OPENING = 100_000;

/** Running figures per SKU and warehouse: both sides tell them at one instant, and in-flight goods explain the rest. */
export class BulkStock {
  private readonly running = new Map<string, Running>();
  private sequence = 0;
  private events = 0;

  constructor(items: readonly Item[]) {
    for (const item of items) {
      for (const warehouse of WAREHOUSES) {
        this.running.set(key(item, warehouse), {
          shelf: OPENING,
          book: OPENING,
          allocated: 0,
          dispatched: 0,
          version: 0,
        });
      }
    }
  }

  /** Prima takes over the warehouse's allocation, and keeps it until it has booked the dispatch. */
  allocate(portions: readonly Portion[], warehouse: Warehouse): void {
    this.each(portions, warehouse, (figures, units) => (figures.allocated += units));
  }

  dispatch(portions: readonly Portion[], warehouse: Warehouse): void {
    this.each(portions, warehouse, (figures, units) => {
      figures.shelf -= units;
      figures.dispatched += units;
    });
  }

  fulfil(portions: readonly Portion[], warehouse: Warehouse): void {
    this.each(portions, warehouse, (figures, units) => {
      figures.book -= units;
      figures.allocated -= units;
      figures.dispatched -= units;
    });
  }

  *count(item: Item, at: number): Generator<BulkMessage> {
    for (const warehouse of WAREHOUSES) {
      const figures = this.of(item, warehouse);
      const { shelf, book, allocated, dispatched } = figures;
      const onShelf = allocated - dispatched;
      const statuses = { available: shelf - onShelf, allocated: onShelf };
      this.sequence += 1;
      const line = { sku: item.code, statuses, unlocated: 0, as_of: iso(at), sequence: this.sequence };
      this.events += 1;
      yield {
        source: 'scend',
        body: JSON.stringify(scend.stockLevel(`evt-stock-${this.events}`, at, warehouse, [line])),
      };
      figures.version += 1;
      const balance = { physical: book, allocated, quarantine: 0, inTransit: 0 };
      yield {
        source: 'prima',
        body: JSON.stringify(stockBalance(item, warehouse, balance, at, figures.version)),
      };
    }
  }

  private each(
    portions: readonly Portion[],
    warehouse: Warehouse,
    change: (f: Running, units: number) => void,
  ): void {
    for (const { line, units } of portions) change(this.of(line.item, warehouse), units);
  }

  private of(item: Item, warehouse: Warehouse): Running {
    const figures = this.running.get(key(item, warehouse));
    if (!figures) throw new RangeError(`${item.code} is not in stock`);
    return figures;
  }
}

const key = (item: Item, warehouse: Warehouse) => `${item.code}@${warehouse}`;
