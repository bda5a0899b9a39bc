import { Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../platform/http/auth';
import { RawBody } from '../platform/http/body';
import { AnswersWithin } from '../platform/http/deadline.interceptor';
import { traceOf } from '../platform/http/trace';
import { INGEST_LIMITS, type IngestLimits } from './limits';
import { IngestRoute } from './openapi';
import { leaveBody, readBody } from './read-body';
import type { Recorded } from './recorder';
import { encodingUnsupported } from './refusals';
import { WebhookService } from './webhook.service';

@ApiTags('ingest')
@Controller('v1/webhooks/:source')
export class WebhooksController {
  constructor(
    @Inject(WebhookService) private readonly service: WebhookService,
    @Inject(INGEST_LIMITS) private readonly limits: IngestLimits,
  ) {}

  @Post()
  @HttpCode(202)
  @AnswersWithin(null)
  @Public()
  @RawBody()
  @ApiOperation({
    operationId: 'receiveWebhook',
    summary: 'Records what a system pushes, authenticated the way that system signs',
    description: 'The signature is over the body as sent; the source needs a configured webhook secret.',
  })
  @IngestRoute()
  async receive(
    @Param('source') source: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Recorded> {
    const { headers } = request;
    try {
      // A signature is over the bytes of the body, and what compression leaves of those is nobody's agreement.
      const encoding = headers['content-encoding'];
      if (encoding !== undefined && encoding !== 'identity') throw encodingUnsupported(encoding);
      return await this.service.receive({
        source,
        headers: singles(headers),
        contentLength: headers['content-length'] === undefined ? null : Number(headers['content-length']),
        body: readBody(request.raw, { ...this.limits, bodyMs: this.limits.webhookMs }),
        trace: traceOf(request),
      });
    } catch (error) {
      await leaveBody(error, request, reply);
      throw error;
    }
  }
}

/** A header that came several times is given as its values, joined, as a proxy would have. */
function singles(headers: FastifyRequest['headers']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
