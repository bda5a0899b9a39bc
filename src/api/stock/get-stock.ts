import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import type { StockState } from '../../domain/cases/stock';
import { InForceBook } from '../../projections/in-force';
import { loadStates } from '../cases/load-states';
import { waitsOf } from '../cases/waits';
import { driftsOf } from '../drifts/drifts-of';
import { ReadModels } from '../entities/read-models';
import { POOL } from '../tokens';
import { positionView } from './position-view';
import { liveTerms } from './live-terms';
import { findStock } from './stock-cases';
import type { StockView } from './stock-schema';

export class GetStock extends Query<StockView> {
  constructor(readonly sku: string) {
    super();
  }
}

@QueryHandler(GetStock)
export class GetStockHandler implements IQueryHandler<GetStock> {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    private readonly models: ReadModels,
    private readonly inForce: InForceBook,
  ) {}

  async execute({ sku }: GetStock): Promise<StockView> {
    const rows = await findStock(this.pool, this.inForce, sku);
    const [{ instant, policy }, looked] = await Promise.all([
      liveTerms(this.pool),
      loadStates(this.pool, [...new Set(rows.flatMap(({ looks }) => looks))]),
    ]);
    const warehouses = rows.map(async ({ key, state }) => ({
      ...positionView(JSON.parse(state) as StockState, instant, policy, looked),
      waits: await waitsOf(this.pool, [key]),
      drifts: await driftsOf(this.models, [key]),
    }));
    const all = await Promise.all(warehouses);
    // Ours, where a source's word for it was asked for.
    return { sku: all[0]?.sku ?? sku, warehouses: all };
  }
}
