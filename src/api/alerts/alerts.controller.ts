import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { Roles } from '../../platform/http/auth';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { type AlertView, ListAlerts, alert, alertFilter, alertId } from './list-alerts';
import { ResendAlert } from './resend-alert';

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
  'webhook.status',
  'webhook.attempts',
  'webhook.lastError',
  'kafka.status',
  'kafka.lastError',
];

@ApiTags('alerts')
@Controller('v1/alerts')
export class AlertsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What was, will be or could not be told; newest first' })
  @ApiOkResponse({ standardSchema: listOf(alert) })
  @Listed(COLUMNS)
  list(@Query({ schema: alertFilter }) filter: z.output<typeof alertFilter>): Promise<Page<AlertView>> {
    return this.queries.execute(new ListAlerts(filter));
  }

  @Post(':id/resend')
  @HttpCode(202)
  @Roles('operator')
  @ApiOperation({ summary: 'Send what was given up once more' })
  @ApiAcceptedResponse({ standardSchema: alert, description: 'It is tried again.' })
  @ApiNotFoundResponse({ description: 'There is no such alert.' })
  @ApiConflictResponse({ description: 'It was not given up, or something was told of its drift since.' })
  resend(@Param('id', { schema: alertId }) id: number): Promise<AlertView> {
    return this.commands.execute(new ResendAlert(id));
  }
}
