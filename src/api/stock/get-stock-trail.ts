import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Ledger } from '../../ledger/port';
import { CHUNK } from '../../projections/engine/records';
import { InForceBook } from '../../projections/in-force';
import { type FactView, factView } from '../facts/fact-view';
import { readPayload } from '../facts/payload';
import { firstWithin, placesOf } from '../facts/places';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import { type Page, pageWithin } from '../lists/page';
import { LEDGER, POOL } from '../tokens';
import { paging, querySchema } from '../requests/query';
import { findStock } from './stock-cases';

export const stockTrailQuery = querySchema(paging);

export class GetStockTrail extends Query<Page<FactView>> {
  constructor(
    readonly sku: string,
    readonly filter: z.output<typeof stockTrailQuery>,
  ) {
    super();
  }
}

const LIST = 'stock-trail';
const place = z.tuple([z.number().int()]);

/**
 * Newest first, by position: a hot SKU has hundreds of thousands of facts, and of each warehouse only as many chunks below
 * the cursor are opened as can fill the page. A case's chunks follow each other without overlap.
 */
const POSITIONS = `
  SELECT DISTINCT p AS position FROM unnest($1::text[]) AS k(key), LATERAL (
    SELECT unnest(facts) AS p FROM live.cases WHERE cases.key = k.key
    UNION ALL
    SELECT unnest(positions) FROM (
      SELECT positions FROM live.case_facts
       WHERE case_key = k.key AND positions[1] < $2 ORDER BY chunk DESC LIMIT $4) newest
  ) all_positions WHERE p < $2 ORDER BY p DESC LIMIT $3`;

@QueryHandler(GetStockTrail)
export class GetStockTrailHandler implements IQueryHandler<GetStockTrail> {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly inForce: InForceBook,
  ) {}

  async execute({ sku, filter }: GetStockTrail): Promise<Page<FactView>> {
    const keys = (await findStock(this.pool, this.inForce, sku)).map(({ key }) => key);
    const [before = Number.MAX_SAFE_INTEGER] = decodeCursor(LIST, filter.cursor, place) ?? [];
    const wanted = filter.limit + 1;
    // The first of them may reach over the cursor.
    const chunks = Math.ceil(wanted / CHUNK) + 1;
    const { rows } = await this.pool.query<{ position: number }>(POSITIONS, [keys, before, wanted, chunks]);
    const places = await placesOf(
      this.pool,
      rows.map(({ position }) => position),
    );
    const fitting = firstWithin(places.reverse().slice(0, filter.limit));
    const facts = await this.ledger.at(fitting.map(({ position }) => position));
    return pageWithin(
      facts.reverse(),
      rows.length,
      (fact) => factView(fact, readPayload),
      (fact) => encodeCursor(LIST, [fact.position]),
    );
  }
}
