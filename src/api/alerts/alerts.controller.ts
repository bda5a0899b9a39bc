import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { type AlertView, ListAlerts, alert, alertFilter } from './list-alerts';

const COLUMNS = [
  'id',
  'kind',
  'drift',
  'about.detector',
  'about.subject.kind',
  'about.subject.id',
  'about.generation',
  'about.by',
  'position',
  'status',
  'attempts',
  'createdAt',
  'nextAttemptAt',
  'sentAt',
  'lastError',
];

@ApiTags('alerts')
@Controller('v1/alerts')
export class AlertsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({ summary: 'What was, will be or could not be told; newest first' })
  @ApiOkResponse({ standardSchema: listOf(alert) })
  @Listed(COLUMNS)
  list(@Query({ schema: alertFilter }) filter: z.output<typeof alertFilter>): Promise<Page<AlertView>> {
    return this.queries.execute(new ListAlerts(filter));
  }
}
