import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { ListMatches, matchFilter } from './list-matches';
import { type MatchView, match } from './match-schema';

const COLUMNS = [
  'order',
  'subject',
  'invoiceNo',
  'invoiceLine',
  'fulfilmentNo',
  'fulfilmentLine',
  'sku',
  'quantity',
  'state',
];

@ApiTags('matches')
@Controller('v1/matches')
export class MatchesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({ summary: 'Fulfilment against invoice, quantity by quantity' })
  @ApiOkResponse({ standardSchema: listOf(match) })
  @Listed(COLUMNS)
  list(@Query({ schema: matchFilter }) filter: z.output<typeof matchFilter>): Promise<Page<MatchView>> {
    return this.queries.execute(new ListMatches(filter));
  }
}
