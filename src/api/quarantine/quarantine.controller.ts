import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ReadersOfSource } from '../../platform/http/auth';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { ListQuarantine, type QuarantinedView, quarantineFilter, quarantined } from './list-quarantine';

const COLUMNS = ['position', 'source', 'type', 'key', 'recordedAt', 'code', 'path', 'reason'];

@ApiTags('quarantine')
@Controller('v1/quarantine')
export class QuarantineController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ReadersOfSource()
  @ApiOperation({ summary: 'Messages that were recorded and not understood; newest first' })
  @ApiOkResponse({ standardSchema: listOf(quarantined) })
  @Listed(COLUMNS)
  list(
    @Query({ schema: quarantineFilter }) filter: z.output<typeof quarantineFilter>,
  ): Promise<Page<QuarantinedView>> {
    return this.queries.execute(new ListQuarantine(filter));
  }
}
