import { sum } from '../arithmetic';
import type { Random } from '../random';
import type { Warehouse } from '../orders/order';

/** Where goods lie according to Scend. `in_transfer` is on its way to this warehouse and not physically here. */
export type ShelfStatus =
  | 'available'
  | 'allocated'
  | 'picked'
  | 'quarantine'
  | 'damaged'
  | 'returned_pending_inspection'
  | 'in_transfer'
  /** Of this warehouse alone: nobody's status map has it. */
  | 'cage';
/** How Prima divides what it has. */
export type BookStatus = 'free' | 'allocated' | 'quarantine' | 'inTransit';

interface Move<S> {
  at: number;
  status: S;
  delta: number;
}

interface Account {
  sku: string;
  warehouse: Warehouse;
  shelf: Move<ShelfStatus>[];
  book: Move<BookStatus>[];
}

/**
 * The truth about goods, kept twice: what lies on Scend's shelves and what stands in Prima's books. Every movement names
 * its side; a count is the opening plus all movements until then. Nothing before the opening is kept: the opening
 * already contains it.
 */
export class StockBook {
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly openingAt: number,
    private readonly random: Random,
  ) {}

  shelf(at: number, warehouse: Warehouse, sku: string, status: ShelfStatus, delta: number): void {
    if (at > this.openingAt && delta !== 0) this.account(sku, warehouse).shelf.push({ at, status, delta });
  }

  book(at: number, warehouse: Warehouse, sku: string, status: BookStatus, delta: number): void {
    if (at > this.openingAt && delta !== 0) this.account(sku, warehouse).book.push({ at, status, delta });
  }

  /** Goods set aside for an order, on both sides at once: Prima takes over what the warehouse allocates. */
  allocate(at: number, warehouse: Warehouse, sku: string, quantity: number): void {
    this.shelf(at, warehouse, sku, 'available', -quantity);
    this.shelf(at, warehouse, sku, 'allocated', quantity);
    this.book(at, warehouse, sku, 'free', -quantity);
    this.book(at, warehouse, sku, 'allocated', quantity);
  }

  /**
   * Draws what lay there before the first movement: enough that nothing ever falls below zero. To be called once, when
   * all movements are known and before any figure is asked for.
   */
  open(skus: Iterable<string>, warehouses: readonly Warehouse[]): void {
    for (const sku of skus) {
      for (const warehouse of warehouses) {
        const account = this.account(sku, warehouse);
        const outflow = (moves: Move<string>[]) => sum(moves.map((move) => Math.max(0, -move.delta)));
        const free = Math.max(outflow(account.shelf), outflow(account.book)) + this.random.int(20, 400);
        const waiting = this.random.chance(300) ? this.random.int(1, 9) : 0;
        const picked = waiting > 3 ? 2 : 0;
        const held = this.random.chance(200) ? this.random.int(1, 6) : 0;
        const damaged = held > 3 ? 1 : 0;
        const at = this.openingAt;
        const shelf = (status: ShelfStatus, delta: number) => account.shelf.push({ at, status, delta });
        shelf('available', free);
        shelf('allocated', waiting - picked);
        shelf('picked', picked);
        shelf('quarantine', held - damaged);
        shelf('damaged', damaged);
        account.book.push(
          { at, status: 'free', delta: free },
          { at, status: 'allocated', delta: waiting },
          { at, status: 'quarantine', delta: held },
        );
      }
    }
  }

  /** What Scend counts at that instant, by status; empty statuses are left out, `available` never. */
  shelfAt(at: number, warehouse: Warehouse, sku: string): Record<string, number> {
    const found: Record<string, number> = { available: 0 };
    for (const move of this.account(sku, warehouse).shelf) {
      if (move.at <= at) found[move.status] = (found[move.status] ?? 0) + move.delta;
    }
    return Object.fromEntries(
      Object.entries(found).filter(([status, n]) => n !== 0 || status === 'available'),
    );
  }

  /** What Prima's books hold at that instant. */
  bookAt(at: number, warehouse: Warehouse, sku: string): Record<BookStatus, number> {
    const found: Record<BookStatus, number> = { free: 0, allocated: 0, quarantine: 0, inTransit: 0 };
    for (const move of this.account(sku, warehouse).book) if (move.at <= at) found[move.status] += move.delta;
    return found;
  }

  private account(sku: string, warehouse: Warehouse): Account {
    const key = `${sku}@${warehouse}`;
    let account = this.accounts.get(key);
    if (!account) this.accounts.set(key, (account = { sku, warehouse, shelf: [], book: [] }));
    return account;
  }
}
