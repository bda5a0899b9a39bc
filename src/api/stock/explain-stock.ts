import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import type { StockState } from '../../domain/cases/stock';
import { InForceBook } from '../../projections/in-force';
import { stockWaterfall } from '../../projections/stock-figures';
import { loadStates } from '../cases/load-states';
import { POOL } from '../tokens';
import { liveTerms } from './live-terms';
import { findStock } from './stock-cases';
import type { StockExplanationView } from './waterfall-schema';
import { waterfallView } from './waterfall-view';

export class ExplainStock extends Query<StockExplanationView> {
  constructor(readonly sku: string) {
    super();
  }
}

@QueryHandler(ExplainStock)
export class ExplainStockHandler implements IQueryHandler<ExplainStock> {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    private readonly inForce: InForceBook,
  ) {}

  async execute({ sku }: ExplainStock): Promise<StockExplanationView> {
    const rows = await findStock(this.pool, this.inForce, sku);
    const [{ instant, policy }, looked] = await Promise.all([
      liveTerms(this.pool),
      loadStates(this.pool, [...new Set(rows.flatMap(({ looks }) => looks))]),
    ]);
    const warehouses = rows.map(({ state: text }) => {
      const state = JSON.parse(text) as StockState;
      return waterfallView(state, instant, stockWaterfall(state, instant, policy, looked));
    });
    // Ours, where a source's word for it was asked for.
    return { sku: warehouses[0]?.sku ?? sku, warehouses };
  }
}
