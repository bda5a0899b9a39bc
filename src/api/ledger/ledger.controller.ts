import { Controller, Get, HttpCode, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiAcceptedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { ReadersOfSource } from '../../platform/http/auth';
import { FACT_COLUMNS } from '../facts/columns';
import { type FactView, type TracedFactView, fact, tracedFact } from '../facts/fact-view';
import { listOf } from '../lists/list-schema';
import { Listed } from '../lists/listed';
import type { Page } from '../lists/page';
import { MAX_POSITION, integerText, noParameters } from '../requests/query';
import { GetFact } from './get-fact';
import { GetProof } from './get-proof';
import { type ProofView, type VerificationView, proof, verification } from './ledger-schema';
import { ListFacts, factFilter } from './list-facts';
import { VerifyLedger } from './verify-ledger';

const positionText = integerText(1, MAX_POSITION, 'A position in the ledger.');

@ApiTags('ledger')
@Controller('v1/ledger')
export class LedgerController {
  constructor(private readonly queries: QueryBus) {}

  @Get('facts')
  @ReadersOfSource()
  @ApiOperation({ summary: 'Recorded messages, byte for byte, in order of position' })
  @ApiOkResponse({ standardSchema: listOf(fact) })
  @Listed(FACT_COLUMNS)
  list(@Query({ schema: factFilter }) filter: z.output<typeof factFilter>): Promise<Page<FactView>> {
    return this.queries.execute(new ListFacts(filter));
  }

  @Get('facts/:position')
  @ApiOperation({ summary: 'One recorded message' })
  @ApiOkResponse({ standardSchema: tracedFact })
  @ApiNotFoundResponse({ description: 'The ledger does not reach this position.' })
  get(
    @Param('position', { schema: positionText }) position: number,
    @Query({ schema: noParameters }) _query: unknown,
  ): Promise<TracedFactView> {
    return this.queries.execute(new GetFact(position));
  }

  @Get('proof/:position')
  @ApiOperation({ summary: 'What proves the place of one fact in its block' })
  @ApiOkResponse({ standardSchema: proof })
  @ApiNotFoundResponse({ description: 'The ledger does not reach this position.' })
  proof(
    @Param('position', { schema: positionText }) position: number,
    @Query({ schema: noParameters }) _query: unknown,
  ): Promise<ProofView> {
    return this.queries.execute(new GetProof(position));
  }

  @Get('verify')
  @HttpCode(200)
  @ApiOperation({ summary: 'Recompute the chain, and compare it with the checkpoints kept outside' })
  @ApiOkResponse({ standardSchema: verification })
  @ApiAcceptedResponse({ standardSchema: verification, description: 'Still running: ask again.' })
  async verify(
    @Query({ schema: noParameters }) _query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationView> {
    const answer = await this.queries.execute(new VerifyLedger());
    if (answer.state === 'running') void reply.code(202).header('retry-after', '2');
    return answer;
  }
}
