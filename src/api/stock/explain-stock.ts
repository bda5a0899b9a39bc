import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { InForceBook } from '../../projections/in-force';
import { stockWaterfall } from '../../projections/stock-figures';
import { POOL } from '../tokens';
import { loadStock } from './load-stock';
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

  async execute({ sku: asked }: ExplainStock): Promise<StockExplanationView> {
    const { sku, cases, instant, policy, looked } = await loadStock(this.pool, this.inForce, asked);
    const warehouses = cases.map(({ state }) =>
      waterfallView(state, instant, stockWaterfall(state, instant, policy, looked)),
    );
    return { sku, warehouses };
  }
}
