import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public } from '../../platform/http/auth';
import type { Ledger } from '../../ledger/port';
import type { Readiness } from '../../platform/readiness';
import { notReady, unreadyFor } from '../refusals';
import { LEDGER, READINESS } from '../tokens';
import { CheckpointWatch } from '../visibility/checkpoint-watch';

const health = z.object({ status: z.literal('ok') });
type Health = z.output<typeof health>;

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly checkpoint: CheckpointWatch,
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(READINESS) private readonly readiness: Readiness,
  ) {}

  @Get('live')
  @Public()
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ standardSchema: health })
  live(): Health {
    return { status: 'ok' };
  }

  /** Errors are told by their kinds: 503 `database-unavailable`, 503 `not-ready`, 503 `ledger-unavailable`. */
  @Get('ready')
  @Public()
  @ApiOperation({
    summary:
      'Database and ledger answer, there is a live generation that this version can read, and no part of the service stands still',
  })
  @ApiOkResponse({ standardSchema: health })
  @ApiServiceUnavailableResponse({ description: 'Not yet, or not now.' })
  async ready(): Promise<Health> {
    await this.checkpoint.position();
    if (!(await this.checkpoint.isReadable())) throw notReady();
    await this.ledger.reach?.();
    const unready = await this.readiness.unready();
    if (unready.length > 0) throw unreadyFor(unready);
    return { status: 'ok' };
  }
}
