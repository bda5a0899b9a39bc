import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Roles } from '../../platform/http/auth';
import { type Caller, FromCaller } from '../requests/caller';
import { noParameters } from '../requests/query';
import { DraftPolicy } from './draft-version';
import { GetPolicy } from './read-versions';
import { type PolicyView, draftedPolicy, policyBody, policyView } from './version-schema';

@ApiTags('policy')
@Controller('v1/policy')
export class PolicyController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The policy that is in force, the one that is drafted, and the versions' })
  @ApiOkResponse({ standardSchema: policyView })
  get(@Query({ schema: noParameters }) _query: unknown): Promise<PolicyView> {
    return this.queries.execute(new GetPolicy());
  }

  @Put()
  @Roles('operator')
  @ApiOperation({
    summary: 'Draft the next version: recorded as a fact, in force when a replay with it is promoted',
  })
  @ApiOkResponse({ standardSchema: draftedPolicy })
  @ApiBadRequestResponse({ description: 'Something is wrong; `errors` names each place.' })
  put(
    @Body({ schema: policyBody }) { policy, reason }: z.output<typeof policyBody>,
    @FromCaller() { actor }: Caller,
  ): Promise<PolicyView> {
    return this.commands.execute(new DraftPolicy(policy, { actor, reason, at: Date.now() }));
  }
}
