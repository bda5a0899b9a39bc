import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Digest } from '../../projections/digest';
import { noParameters } from '../requests/query';
import { GetDigest, digestView } from './digest';

@ApiTags('digest')
@Controller('v1/digest')
export class DigestController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({
    summary:
      'What is open, new and resolved, how old it is, what it costs, and how much of stock is explained',
  })
  @ApiOkResponse({ standardSchema: digestView })
  get(@Query({ schema: noParameters }) _query: unknown): Promise<Digest> {
    return this.queries.execute(new GetDigest());
  }
}
