import { Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Roles, actorOf } from '../platform/http/auth';
import { RawBody } from '../platform/http/body';
import { AnswersWithin } from '../platform/http/deadline.interceptor';
import { traceOf } from '../platform/http/trace';
import { IngestService } from './ingest.service';
import { INGEST_LIMITS, type IngestLimits } from './limits';
import { IngestRoute } from './openapi';
import { leaveBody, readBody } from './read-body';
import type { Recorded } from './recorder';

@ApiTags('ingest')
@Controller('v1/sources/:source/facts')
export class FactsController {
  constructor(
    @Inject(IngestService) private readonly service: IngestService,
    @Inject(INGEST_LIMITS) private readonly limits: IngestLimits,
  ) {}

  @Post()
  @HttpCode(202)
  @AnswersWithin(null)
  @Roles('ingest')
  @RawBody()
  @ApiOperation({
    operationId: 'recordFacts',
    summary: 'Records messages as their system wrote them',
    description:
      'One JSON object, an array of them, or one a line as NDJSON; gzip by Content-Encoding. Answers once all are durable. ' +
      'Sending the same again is safe and answers duplicates. When a message cannot be read, none is recorded.',
  })
  @IngestRoute()
  async record(
    @Param('source') source: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Recorded> {
    const { headers } = request;
    try {
      return await this.service.ingest({
        source,
        contentType: headers['content-type'],
        contentLength:
          headers['content-encoding'] === undefined ? declaredLength(headers['content-length']) : null,
        body: readBody(request.raw, this.limits),
        actor: actorOf(request).name,
        trace: traceOf(request),
      });
    } catch (error) {
      await leaveBody(error, request, reply);
      throw error;
    }
  }
}

function declaredLength(header: string | undefined): number | null {
  return header === undefined ? null : Number(header);
}
