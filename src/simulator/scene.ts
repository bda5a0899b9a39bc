import type { Customer } from './master/customers';
import type { Catalogue, Item } from './master/items';
import type { Order, Portion } from './orders/order';
import type { Random } from './random';
import type { Recorder } from './recorder';
import type { StockBook } from './stock/book';
import type { Timeline } from './timeline';

/** Goods that were fulfilled and wait for a consolidated invoice. */
export interface Unbilled {
  order: Order;
  fulfilmentNo: string;
  portions: Portion[];
}

export interface Miscount {
  /** Of what Scend counts as available, so much has no location; at the closing. */
  unlocated?: number;
  /** Pence by which Prima's book value is too high. */
  misvalued?: number;
}

/** Running document numbers, one row per kind. */
export class Numbers {
  private readonly last = new Map<string, number>();

  next(prefix: string, first: number, digits = 0): string {
    const value = (this.last.get(prefix) ?? first - 1) + 1;
    this.last.set(prefix, value);
    return prefix + String(value).padStart(digits, '0');
  }
}

/** Everything that the parts of one world share while it is made. */
export interface Scene {
  random: Random;
  times: Timeline;
  catalogue: Catalogue;
  customers: Customer[];
  numbers: Numbers;
  book: StockBook;
  recorder: Recorder;
  /** By customer account and currency. */
  unbilled: Map<string, Unbilled[]>;
  /** What is wrong with what the next counts say, by `sku@warehouse`. */
  miscounted: Map<string, Miscount>;
  /** Called when what lay there at the opening is drawn, before anything is counted. */
  onceOpened: (() => void)[];
  /** Hands out an item that no other fault touches; each only once. */
  undisturbed: () => Item;
}
