import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { noParameters } from '../requests/query';
import { GetStatus } from './get-status';
import { type StatusView, status } from './status-schema';

@ApiTags('status')
@Controller('v1/status')
export class StatusController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({ summary: 'How far everything is: ledger, projections, feeds' })
  @ApiOkResponse({ standardSchema: status })
  get(@Query({ schema: noParameters }) _query: unknown): Promise<StatusView> {
    return this.queries.execute(new GetStatus());
  }
}
