import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import type { ProductState } from '../../domain/cases/product';
import { formatQuantity } from '../../domain/exact';
import { formatInstant } from '../../domain/facts/instant';
import { findCase } from '../cases/find-case';
import { showAll } from '../cases/show';
import { waitsOf } from '../cases/waits';
import { driftsOf } from '../drifts/drifts-of';
import { ReadModels } from '../entities/read-models';
import { POOL } from '../tokens';
import type { ProductView } from './product-schema';

export class GetProduct extends Query<ProductView> {
  constructor(readonly sku: string) {
    super();
  }
}

@QueryHandler(GetProduct)
export class GetProductHandler implements IQueryHandler<GetProduct> {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    private readonly models: ReadModels,
  ) {}

  async execute({ sku }: GetProduct): Promise<ProductView> {
    const row = await findCase(this.models, 'product', sku);
    const state = JSON.parse(row.state) as ProductState;
    return {
      sku: state.sku,
      prima: {
        items: showAll(state.items),
        billsOfMaterials: showAll(state.boms),
        prices: showAll(state.prices),
      },
      scend: { synchronised: showAll(state.synchronised) },
      middleware: { transmissions: showAll(state.transmissions) },
      bundles: showAll(state.bundles),
      partOf: state.partOf.map(({ parent, quantity, explodeAt, from, to }) => ({
        parent,
        quantity: formatQuantity(quantity),
        explodeAt,
        from: from === undefined ? null : formatInstant(from),
        to: to === undefined ? null : formatInstant(to),
      })),
      waits: await waitsOf(this.pool, [row.key]),
      drifts: await driftsOf(this.models, [row.key]),
    };
  }
}
