import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBadRequestResponse,
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
import { type Caller, FromCaller } from '../requests/caller';
import { noParameters } from '../requests/query';
import { DraftMapping } from './draft-version';
import { GetMapping, ListMappings } from './read-versions';
import {
  type MappingSummary,
  type MappingView,
  draftedMapping,
  mapping,
  mappingBody,
  mappingSummary,
} from './version-schema';

@ApiTags('mappings')
@Controller('v1/mappings')
export class MappingsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @ApiOperation({ summary: "What the sources' words mean: the tables, in force and drafted" })
  @ApiOkResponse({ standardSchema: listOf(mappingSummary) })
  @Listed(['name', 'entries', 'inForce', 'draft.version', 'draft.at', 'draft.actor', 'draft.reason'])
  list(@Query({ schema: noParameters }) _query: unknown): Promise<Page<MappingSummary>> {
    return this.queries.execute(new ListMappings());
  }

  @Get(':name')
  @ApiOperation({ summary: 'One table: its entries in force, those drafted, and its versions' })
  @ApiOkResponse({ standardSchema: mapping })
  @ApiNotFoundResponse({ description: 'There is no such table; `known` names them.' })
  get(@Param('name') name: string, @Query({ schema: noParameters }) _query: unknown): Promise<MappingView> {
    return this.queries.execute(new GetMapping(name));
  }

  @Put(':name')
  @Roles('operator')
  @ApiOperation({
    summary:
      'Draft the next version of a table: recorded as a fact, in force when a replay with it is promoted',
  })
  @ApiOkResponse({ standardSchema: draftedMapping })
  @ApiBadRequestResponse({
    description: 'An entry is wrong; `errors` names each place and what to write instead.',
  })
  @ApiNotFoundResponse({ description: 'There is no such table; `known` names them.' })
  put(
    @Param('name') name: string,
    @Body({ schema: mappingBody }) { entries, reason }: z.output<typeof mappingBody>,
    @FromCaller() { actor }: Caller,
  ): Promise<MappingView> {
    return this.commands.execute(new DraftMapping(name, entries, { actor, reason, at: Date.now() }));
  }
}
