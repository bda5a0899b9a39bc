import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { Roles } from '../../platform/http/auth';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { type Caller, FromCaller } from '../requests/caller';
import { ConfigureSource } from './configure-source';
import { ListSources, sourceFilter } from './list-sources';
import {
  type ConfiguredView,
  type SourceView,
  configuredSource,
  source,
  sourceBody,
  sourceName,
} from './source-schema';

@ApiTags('sources')
@Controller('v1/sources')
export class SourcesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The configured sources' })
  @ApiOkResponse({ standardSchema: listOf(source) })
  @Listed(['name', 'kind', 'timeZone', 'legalEntity', 'startsAt', 'expectedIntervalSeconds'])
  list(@Query({ schema: sourceFilter }) filter: z.output<typeof sourceFilter>): Promise<Page<SourceView>> {
    return this.queries.execute(new ListSources(filter));
  }

  @Put(':source')
  @Roles('admin')
  @ApiOperation({ summary: 'Configure a source; recorded as a fact when something changes' })
  @ApiOkResponse({ standardSchema: configuredSource })
  @ApiBadRequestResponse({
    description:
      'There is no such kind (`known` names them), zone, the name is reserved, or an expression of the mapping is refused (`errors` name the places).',
  })
  @ApiConflictResponse({ description: 'The source has another kind, and keeps it.' })
  put(
    @Param('source', { schema: sourceName }) name: string,
    @Body({ schema: sourceBody }) body: z.output<typeof sourceBody>,
    @FromCaller() caller: Caller,
  ): Promise<ConfiguredView> {
    return this.commands.execute(new ConfigureSource({ name, ...body }, caller.actor));
  }
}
