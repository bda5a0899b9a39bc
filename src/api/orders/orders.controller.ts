import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { FACT_COLUMNS } from '../facts/columns';
import { Listed } from '../lists/listed';
import { noParameters } from '../requests/query';
import { GetOrder } from './get-order';
import { GetTrail } from './get-trail';
import { type OrderView, order } from './order-schema';
import { type TrailFilter, type TrailView, trail, trailQuery } from './trail-schema';

@ApiTags('orders')
@Controller('v1/orders')
@ApiNotFoundResponse({ description: 'No order is known by this reference.' })
@ApiConflictResponse({ description: 'Several orders have this reference; `candidates` names them.' })
export class OrdersController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':ref')
  @ApiOperation({
    summary: 'An order by any reference of any system: both halves, and where they do not meet',
  })
  @ApiOkResponse({ standardSchema: order })
  get(@Param('ref') ref: string, @Query({ schema: noParameters }) _query: unknown): Promise<OrderView> {
    return this.queries.execute(new GetOrder(ref));
  }

  @Get(':ref/trail')
  @ApiOperation({
    summary: 'What happened to an order, in what sequence, and who said so; as of either clock',
  })
  @ApiOkResponse({ standardSchema: trail })
  @Listed(FACT_COLUMNS)
  trail(@Param('ref') ref: string, @Query({ schema: trailQuery }) filter: TrailFilter): Promise<TrailView> {
    return this.queries.execute(new GetTrail(ref, filter));
  }
}
