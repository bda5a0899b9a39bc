import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { matchesOf } from '../../domain/cases/matches';
import { salesOrderOf } from '../../domain/cases/order';
import { type Shipment, shipmentsOf } from '../../domain/cases/shipments';
import { productLookup } from '../cases/load-states';
import { waitsOf } from '../cases/waits';
import { driftsOf } from '../drifts/drifts-of';
import { ReadModels } from '../entities/read-models';
import { matchView } from '../matches/match-schema';
import { POOL } from '../tokens';
import { halvesOf, skusOf } from './halves';
import { channelStateOf, findOrder, keysOf, orderStateOf } from './order-cases';
import type { OrderView, ShipmentView } from './order-schema';

export class GetOrder extends Query<OrderView> {
  constructor(readonly ref: string) {
    super();
  }
}

@QueryHandler(GetOrder)
export class GetOrderHandler implements IQueryHandler<GetOrder> {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    private readonly models: ReadModels,
  ) {}

  async execute({ ref }: GetOrder): Promise<OrderView> {
    const cases = await findOrder(this.pool, ref);
    const state = orderStateOf(cases.order);
    const channel = channelStateOf(cases.channel);
    const [look, waits, drifts] = await Promise.all([
      productLookup(this.pool, state ? skusOf(state) : []),
      waitsOf(this.pool, keysOf(cases)),
      driftsOf(this.models, keysOf(cases)),
    ]);
    const subject = cases.order?.subject ?? cases.channel?.subject ?? '';
    const id = subject.slice('order:'.length);
    return {
      order: state?.orderNo ?? null,
      subject: { kind: 'order', id },
      references: cases.order && state ? [state.orderNo, ...cases.order.refs] : [id],
      status: (state && salesOrderOf(state)?.value.status) ?? null,
      halves: halvesOf(state, channel),
      shipments: state ? shipmentsOf(state, look).map(shipmentView) : [],
      matches: state ? matchesOf(state, look).map((each) => matchView(state.orderNo, id, each)) : [],
      waits,
      drifts,
      facts: new Set([...(cases.order?.facts ?? []), ...(cases.channel?.facts ?? [])]).size,
    };
  }
}

function shipmentView({ dispatchRef, dispatches, fulfilments, ambiguous }: Shipment): ShipmentView {
  return {
    dispatchRef,
    dispatches: dispatches.map(({ fact }) => fact),
    fulfilments: fulfilments.map(({ fact, value }) => ({ fulfilmentNo: value.fulfilmentNo, fact })),
    pairing: fulfilments.length === 0 ? 'not-posted' : ambiguous ? 'ambiguous' : 'paired',
  };
}
