import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { InForceBook } from '../../projections/in-force';
import { waitsOf } from '../cases/waits';
import { driftsOf } from '../drifts/drifts-of';
import { ReadModels } from '../entities/read-models';
import { POOL } from '../tokens';
import { positionView } from './position-view';
import { loadStock } from './load-stock';
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

  async execute({ sku: asked }: GetStock): Promise<StockView> {
    const { sku, cases, instant, policy, looked } = await loadStock(this.pool, this.inForce, asked);
    const warehouses = cases.map(async ({ key, state }) => ({
      ...positionView(state, instant, policy, looked),
      waits: await waitsOf(this.pool, [key]),
      drifts: await driftsOf(this.models, [key]),
    }));
    return { sku, warehouses: await Promise.all(warehouses) };
  }
}
