import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { AnswersWithin } from '../../platform/http/deadline.interceptor';
import { Roles } from '../../platform/http/auth';
import type { DiffItem, Section } from '../../projections/diff';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { unknown } from '../refusals';
import { type Caller, FromCaller } from '../requests/caller';
import { noParameters } from '../requests/query';
import { DiscardReplay, PromoteReplay } from './decide-replay';
import { diffColumns, diffFilter, diffItem } from './diff-schema';
import { GetReplay } from './get-replay';
import { ListDifferences } from './list-differences';
import { type ReplayBody, type ReplayView, replay, replayBody } from './replay-schema';
import { StartReplay } from './start-replay';

/** They wait up to 10 s for whoever holds a generation, and then work on all of it. */
const DECIDED_WITHIN_MS = 60_000;

const UNKNOWN = { description: 'There is no such replay.' };

@ApiTags('replays')
@Controller('v1/replays')
export class ReplaysController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Post()
  @HttpCode(202)
  @AnswersWithin(DECIDED_WITHIN_MS)
  @Roles('operator')
  @ApiOperation({ summary: 'Replay history beside the live views with a mapping, a policy, or both' })
  @ApiAcceptedResponse({ standardSchema: replay })
  @ApiBadRequestResponse({ description: 'A document is wrong; `errors` names each place.' })
  @ApiConflictResponse({ description: 'Another replay is being built, or nothing is drafted.' })
  start(
    @Body({ schema: replayBody }) body: ReplayBody,
    @FromCaller() { actor }: Caller,
  ): Promise<ReplayView> {
    return this.commands.execute(new StartReplay(body, actor));
  }

  @Get(':id')
  @ApiOperation({ summary: 'How far a replay is; when it is ready, what it changes' })
  @ApiOkResponse({ standardSchema: replay })
  @ApiNotFoundResponse(UNKNOWN)
  get(@Param('id') id: string, @Query({ schema: noParameters }) _query: unknown): Promise<ReplayView> {
    return this.queries.execute(new GetReplay(numberOf(id)));
  }

  @Get(':id/diff')
  @ApiOperation({
    summary:
      'What it changes, one by one with both values; asked of the live one, what its promotion has changed',
  })
  @ApiOkResponse({ standardSchema: listOf(diffItem) })
  @ApiNotFoundResponse(UNKNOWN)
  @ApiConflictResponse({
    description: 'It is not ready, was dropped, or there is nothing to compare it with.',
  })
  @Listed((query) => diffColumns((query as { section: Section }).section))
  differences(
    @Param('id') id: string,
    @Query({ schema: diffFilter }) filter: z.output<typeof diffFilter>,
  ): Promise<Page<DiffItem>> {
    return this.queries.execute(new ListDifferences(numberOf(id), filter));
  }

  @Post(':id/promote')
  @HttpCode(200)
  @AnswersWithin(DECIDED_WITHIN_MS)
  @Roles('operator')
  @ApiOperation({ summary: 'Put it in force for all of history, in one instant' })
  @ApiOkResponse({ standardSchema: replay })
  @ApiNotFoundResponse(UNKNOWN)
  @ApiConflictResponse({ description: 'It is not ready, was dropped, or needs the eyes of another person.' })
  promote(@Param('id') id: string, @FromCaller() { actor: name, verified }: Caller): Promise<ReplayView> {
    return this.commands.execute(new PromoteReplay(numberOf(id), { name, verified }));
  }

  @Post(':id/discard')
  @HttpCode(200)
  @AnswersWithin(DECIDED_WITHIN_MS)
  @Roles('operator')
  @ApiOperation({ summary: 'Stop building it, or drop what was built' })
  @ApiOkResponse({ standardSchema: replay })
  @ApiNotFoundResponse(UNKNOWN)
  @ApiConflictResponse({ description: 'It was decided already.' })
  discard(@Param('id') id: string): Promise<ReplayView> {
    return this.commands.execute(new DiscardReplay(numberOf(id)));
  }
}

function numberOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw unknown('replay', text);
  return Number(text);
}
