/** For tests: goods by SKU and warehouse, tallied from messages alone. */
import type { ReadBack } from './read-back.fixture';
import { tally } from './read-back.fixture';

export interface Figures {
  physical: number;
  free: number;
}

const FREE = new Set(['available']);
const NOT_HERE = new Set(['in_transfer', 'receiving']);

/** Scend's counts at one instant. */
export function levelsAt(back: ReadBack, asOf: string): Map<string, Figures> {
  const found = new Map<string, Figures>();
  for (const event of back.events('stock.level')) {
    for (const line of event.lines.filter((one) => one.as_of === asOf)) {
      const entries = Object.entries(line.statuses);
      const total = (keep: (status: string) => boolean) =>
        entries.filter(([status]) => keep(status)).reduce((n, [, quantity]) => n + quantity, 0);
      found.set(`${line.sku}@${event.warehouse}`, {
        physical: total((status) => !NOT_HERE.has(status)),
        free: total((status) => FREE.has(status)),
      });
    }
  }
  return found;
}

/** Prima's balances at one instant. */
export function balancesAt(back: ReadBack, asOf: string): Map<string, Figures> {
  return new Map(
    back
      .documents('StockBalance')
      .filter((balance) => balance['asOf'] === asOf)
      .map((b) => [
        `${String(b['itemCode'])}@${String(b['warehouse'])}`,
        { physical: Number(b['physical']), free: Number(b['free']) },
      ]),
  );
}

/** What moved between two instants (after the first, up to the second), with or without what went to customers. */
export interface Span {
  from?: string;
  to?: string;
  shipments?: boolean;
}

const within = (at: unknown, { from = '', to = '9' }: Span) => String(at) > from && String(at) <= to;

/** Movements that Scend told. */
export function movesOfScend(back: ReadBack, span: Span = {}): Map<string, number> {
  const moves = new Map<string, number>();
  const each = (type: string, sign: number) => {
    for (const event of back.events(type).filter((e) => within(e.occurred_at, span))) {
      for (const line of event.lines) tally(moves, `${line.sku}@${event.warehouse}`, sign * line.qty);
    }
  };
  each('goods.received', 1);
  each('return.received', 1);
  each('transfer.dispatched', -1);
  each('transfer.received', 1);
  for (const event of back.events('stock.adjusted').filter((e) => within(e.occurred_at, span))) {
    tally(moves, `${event.sku}@${event.warehouse}`, event.delta);
  }
  if (span.shipments === false) return moves;
  for (const event of back.events('order.dispatched').filter((e) => within(e.occurred_at, span))) {
    for (const line of event.parcels.flatMap((parcel) => parcel.lines)) {
      tally(moves, `${line.sku}@${event.warehouse}`, -line.qty);
    }
  }
  return moves;
}

/** Movements that Prima booked. */
export function movesOfPrima(back: ReadBack, span: Span = {}): Map<string, number> {
  const moves = new Map<string, number>();
  for (const journal of back.documents('StockJournal').filter((j) => within(j['postedAt'], span))) {
    tally(
      moves,
      `${String(journal['itemCode'])}@${String(journal['warehouse'])}`,
      Number(journal['quantity']),
    );
  }
  if (span.shipments === false) return moves;
  for (const fulfilment of back.documents('ItemFulfilment').filter((f) => within(f['shippedAt'], span))) {
    for (const line of fulfilment.lines) {
      const units = Number(line.quantity) * back.factor(line.itemCode, line.uom);
      for (const { sku, quantity } of back.picks(line.itemCode)) {
        tally(moves, `${sku}@${String(fulfilment['warehouse'])}`, -units * quantity);
      }
    }
  }
  return moves;
}
