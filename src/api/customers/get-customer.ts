import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import type { CustomerState } from '../../domain/cases/simple';
import { findCase } from '../cases/find-case';
import { showAll } from '../cases/show';
import { waitsOf } from '../cases/waits';
import { driftsOf } from '../drifts/drifts-of';
import { ReadModels } from '../entities/read-models';
import { POOL } from '../tokens';
import type { CustomerView } from './customer-schema';

export class GetCustomer extends Query<CustomerView> {
  constructor(readonly account: string) {
    super();
  }
}

@QueryHandler(GetCustomer)
export class GetCustomerHandler implements IQueryHandler<GetCustomer> {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    private readonly models: ReadModels,
  ) {}

  async execute({ account }: GetCustomer): Promise<CustomerView> {
    const row = await findCase(this.models, 'customer', account);
    const state = JSON.parse(row.state) as CustomerState;
    return {
      account: state.account,
      prima: { customers: showAll(state.customers) },
      middleware: { transmissions: showAll(state.transmissions) },
      waits: await waitsOf(this.pool, [row.key]),
      drifts: await driftsOf(this.models, [row.key]),
    };
  }
}
