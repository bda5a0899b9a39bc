import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { z } from 'zod';
import { matchesOf } from '../../domain/cases/matches';
import type { OrderState } from '../../domain/cases/order';
import { productLookup } from '../cases/load-states';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import type { Page } from '../lists/page';
import { skusOf } from '../orders/halves';
import { findOrder } from '../orders/order-cases';
import { POOL } from '../tokens';
import { filterText, paging, querySchema } from '../requests/query';
import { type MatchView, matchStates, matchView } from './match-schema';

export const matchFilter = querySchema({
  order: filterText.optional().describe('Any reference of one order.'),
  state: z.enum(matchStates).optional(),
  ...paging,
});

export class ListMatches extends Query<Page<MatchView>> {
  constructor(readonly filter: z.output<typeof matchFilter>) {
    super();
  }
}

interface Row {
  key: string;
  subject: string;
  state: string;
}

const LIST = 'matches';
/** The order's case, and how many of its matches were told. */
const place = z.tuple([filterText, z.number().int().nonnegative()]);
/** Most orders have a match or more, so a short page needs few of them; where they have none that is asked for, ever more are read. */
const ORDERS_AT_ONCE = { least: 10, most: 200, growth: 4 };
/** A state that hardly any order has is not looked for in all orders within one request. */
const MOST_ORDERS = 5_000;

const ORDERS = `
  SELECT key, subject, state FROM live.cases
   WHERE key >= $1 AND key < 'order;' AND kind = 'order' ORDER BY key LIMIT $2`;

/** By order. A page may have fewer items than its limit, or none, and a cursor still: the next one goes on from there. */
@QueryHandler(ListMatches)
export class ListMatchesHandler implements IQueryHandler<ListMatches> {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  async execute({ filter }: ListMatches): Promise<Page<MatchView>> {
    const [from, told] = decodeCursor(LIST, filter.cursor, place) ?? ['order:', 0];
    const only = filter.order === undefined ? null : await this.only(filter.order);
    const items: MatchView[] = [];
    let start = from;
    let atOnce = Math.max(filter.limit, ORDERS_AT_ONCE.least);
    for (let seen = 0; seen < MOST_ORDERS; seen += atOnce, atOnce *= ORDERS_AT_ONCE.growth) {
      atOnce = Math.min(atOnce, ORDERS_AT_ONCE.most);
      const rows = only ?? (await this.pool.query<Row>(ORDERS, [start, atOnce])).rows;
      const views = await this.matches(rows);
      for (const { key } of rows) {
        const matches = (views.get(key) ?? []).filter(({ state }) => !filter.state || state === filter.state);
        const skipped = key === from ? told : 0;
        const room = filter.limit - items.length;
        items.push(...matches.slice(skipped, skipped + room));
        if (matches.length - skipped > room)
          return { items, nextCursor: encodeCursor(LIST, [key, skipped + room]) };
      }
      const last = rows.at(-1);
      if (only || !last || rows.length < atOnce) return { items, nextCursor: null };
      // The least key after it.
      start = `${last.key}\u0001`;
    }
    return { items, nextCursor: encodeCursor(LIST, [start, 0]) };
  }

  private async only(ref: string): Promise<Row[]> {
    const { order } = await findOrder(this.pool, ref);
    return order ? [order] : [];
  }

  private async matches(rows: readonly Row[]): Promise<Map<string, MatchView[]>> {
    const states = rows.map(({ key, subject, state }) => ({
      key,
      subject: subject.slice('order:'.length),
      state: JSON.parse(state) as OrderState,
    }));
    const look = await productLookup(
      this.pool,
      states.flatMap(({ state }) => [...skusOf(state)]),
    );
    return new Map(
      states.map(({ key, subject, state }) => [
        key,
        matchesOf(state, look).map((each) => matchView(state.orderNo, subject, each)),
      ]),
    );
  }
}
