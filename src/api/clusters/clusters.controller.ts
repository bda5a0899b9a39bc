import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  UseInterceptors,
  applyDecorators,
} from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import type { DriftAct } from '../../domain/sources/tallystick/messages';
import { Roles } from '../../platform/http/auth';
import { acceptAllBody, assignBody, optionalBody } from '../drifts/act-schema';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { type Caller, FromCaller } from '../requests/caller';
import { noParameters } from '../requests/query';
import { type Recorded, RecordedInterceptor } from '../requests/recorded';
import { ActOnCluster } from './act-on-cluster';
import { type ClusterActsView, type ClusterView, cluster, clusterActs } from './cluster-schema';
import { GetCluster, ListClusters, clusterFilter } from './read-clusters';

const COLUMNS = [
  'id',
  'detector',
  'cause.code',
  'cause.about',
  'severity',
  'open',
  'accepted',
  'amountAtRisk',
  'firstSeen',
  'lastSeen',
  'firstDivergence.position',
  'owners',
  'change.text',
];

type Acted = Recorded<ClusterActsView>;

function ActsRoute(summary: string): MethodDecorator {
  return applyDecorators(
    Roles('operator'),
    HttpCode(200),
    UseInterceptors(new RecordedInterceptor<ClusterActsView>()),
    ApiOperation({ summary }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Sent again with the same key it goes on where it was interrupted.',
    }),
    ApiOkResponse({ standardSchema: clusterActs, description: 'Recorded; the drifts show it.' }),
    ApiAcceptedResponse({
      standardSchema: clusterActs,
      description: 'Recorded up to `Tallystick-Position`; the drifts do not all show it yet.',
    }),
    ApiNotFoundResponse({ description: 'There is no such cluster.' }),
  );
}

@ApiTags('clusters')
@Controller('v1/clusters')
export class ClustersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Open drifts by their cause; the greatest cluster first' })
  @ApiOkResponse({ standardSchema: listOf(cluster) })
  @Listed(COLUMNS)
  list(@Query({ schema: clusterFilter }) filter: z.output<typeof clusterFilter>): Promise<Page<ClusterView>> {
    return this.queries.execute(new ListClusters(filter));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One cluster, also when none of its drifts is open any more' })
  @ApiOkResponse({ standardSchema: cluster })
  get(@Param('id') id: string, @Query({ schema: noParameters }) _query: unknown): Promise<ClusterView> {
    return this.queries.execute(new GetCluster(id));
  }

  @Post(':id/acknowledge')
  @ActsRoute('Somebody has seen all that is open of it')
  acknowledge(
    @Param('id') id: string,
    @Body({ schema: optionalBody }) body: z.output<typeof optionalBody>,
    @FromCaller() caller: Caller,
  ): Promise<Acted> {
    return this.act('drift.acknowledged', id, body, caller);
  }

  @Post(':id/assign')
  @ActsRoute('Somebody is to see to all that is open of it')
  assign(
    @Param('id') id: string,
    @Body({ schema: assignBody }) body: z.output<typeof assignBody>,
    @FromCaller() caller: Caller,
  ): Promise<Acted> {
    return this.act('drift.assigned', id, body, caller);
  }

  @Post(':id/accept')
  @ActsRoute('All that is open of it stands, until values change or until a time')
  accept(
    @Param('id') id: string,
    @Body({ schema: acceptAllBody }) body: z.output<typeof acceptAllBody>,
    @FromCaller() caller: Caller,
  ): Promise<Acted> {
    return this.act('drift.accepted', id, body, caller);
  }

  private act(
    type: DriftAct['type'],
    id: string,
    body: { comment?: string; assignee?: string; until?: number },
    caller: Caller,
  ): Promise<Acted> {
    const { comment = null, assignee = null, until = null } = body;
    const { actor, idempotencyKey } = caller;
    return this.commands.execute(
      new ActOnCluster({ type, cluster: id, comment, assignee, until, actor, idempotencyKey }),
    );
  }
}
