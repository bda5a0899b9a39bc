import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { DriftAct } from '../../domain/sources/tallystick/messages';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { type Caller, FromCaller } from '../requests/caller';
import { noParameters } from '../requests/query';
import type { Recorded } from '../requests/recorded';
import { ActRoute } from './act';
import { ActOnDrift } from './act-on-drift';
import { acceptBody, assignBody, commentBody, optionalBody } from './act-schema';
import { type DriftDetail, type DriftView, drift, driftDetail } from './drift-schema';
import { GetDrift } from './get-drift';
import { ListDrifts, driftFilter } from './list-drifts';

const COLUMNS = [
  'id',
  'detector',
  'subject.kind',
  'subject.id',
  'discriminator',
  'severity',
  'owner',
  'status',
  'occurrence',
  'openedAt',
  'dueAt',
  'resolvedAt',
  'cause.code',
  'cause.detail',
  'difference',
  'amountAtRisk.minor',
  'amountAtRisk.currency',
  'unitsAtRisk',
  'firstDivergence.position',
  'firstDivergence.occurredAt',
  'sides',
  'explained',
  'fixes',
];

@ApiTags('drifts')
@Controller('v1/drifts')
export class DriftsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Where the halves do not meet; newest first' })
  @ApiOkResponse({ standardSchema: listOf(drift) })
  @Listed(COLUMNS)
  list(@Query({ schema: driftFilter }) filter: z.output<typeof driftFilter>): Promise<Page<DriftView>> {
    return this.queries.execute(new ListDrifts(filter));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One drift, by its identifier or a former one' })
  @ApiOkResponse({ standardSchema: driftDetail })
  get(@Param('id') id: string, @Query({ schema: noParameters }) _query: unknown): Promise<DriftDetail> {
    return this.queries.execute(new GetDrift(id));
  }

  @Post(':id/acknowledge')
  @ActRoute('Somebody has seen it')
  acknowledge(
    @Param('id') id: string,
    @Body({ schema: optionalBody }) body: z.output<typeof optionalBody>,
    @FromCaller() caller: Caller,
  ): Promise<Recorded<DriftDetail>> {
    return this.act('drift.acknowledged', id, body, caller);
  }

  @Post(':id/assign')
  @ActRoute('Somebody is to see to it')
  assign(
    @Param('id') id: string,
    @Body({ schema: assignBody }) body: z.output<typeof assignBody>,
    @FromCaller() caller: Caller,
  ): Promise<Recorded<DriftDetail>> {
    return this.act('drift.assigned', id, body, caller);
  }

  @Post(':id/comment')
  @ActRoute('What somebody has to say of it')
  comment(
    @Param('id') id: string,
    @Body({ schema: commentBody }) body: z.output<typeof commentBody>,
    @FromCaller() caller: Caller,
  ): Promise<Recorded<DriftDetail>> {
    return this.act('drift.commented', id, body, caller);
  }

  @Post(':id/accept')
  @ActRoute('The difference stands until its values change, or until a time')
  accept(
    @Param('id') id: string,
    @Body({ schema: acceptBody }) body: z.output<typeof acceptBody>,
    @FromCaller() caller: Caller,
  ): Promise<Recorded<DriftDetail>> {
    return this.act('drift.accepted', id, body, caller);
  }

  private act(
    type: DriftAct['type'],
    drift: string,
    body: { comment?: string; assignee?: string; until?: number },
    caller: Caller,
  ): Promise<Recorded<DriftDetail>> {
    const { comment = null, assignee = null, until = null } = body;
    return this.commands.execute(new ActOnDrift({ type, drift, comment, assignee, until, ...caller }));
  }
}
