import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import type { StockState } from '../../domain/cases/stock';
import type { Policy } from '../../domain/policy';
import { InForceBook } from '../../projections/in-force';
import { loadStates } from '../cases/load-states';
import { waitsOf } from '../cases/waits';
import { driftsOf } from '../drifts/drifts-of';
import { ReadModels } from '../entities/read-models';
import { notReady } from '../refusals';
import { POOL } from '../tokens';
import { positionView } from './position-view';
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
      this.live(),
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

  /** The clock of the last folded fact, and the policy that the live generation was made with. */
  private async live(): Promise<{ instant: number; policy: Policy }> {
    const { rows } = await this.pool.query<{ instant: Date; settings: string }>(
      'SELECT c.instant, g.settings FROM live.checkpoint c JOIN app.generations g ON g.id = c.generation',
    );
    const row = rows[0];
    if (!row) throw notReady();
    return {
      instant: row.instant.getTime(),
      policy: (JSON.parse(row.settings) as { policy: Policy }).policy,
    };
  }
}
