import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { ApiError } from '../platform/http/errors';
import { KeyBook } from '../platform/http/auth';
import { installDoors } from '../platform/http/doors';
import type { MemoryBudget } from '../platform/http/memory-budget';
import { problemContentType, problemOf } from '../platform/http/problem';
import { rememberTrace, traceOf } from '../platform/http/trace';
import { traceFrom, traceparent } from '../platform/traces/traceparent';
import { AppModule, type AppParts } from './app.module';
import { draining } from './draining';
import { Metrics } from './metrics/metrics';
import type { Listener } from './listener';
import { NestLogger } from './nest-logger';
import { openApiDocument } from './openapi/document';
import { OpenApi } from './openapi/openapi.controller';
import { SECURITY_HEADERS } from './security-headers';
import { MEMORY_BUDGET } from './tokens';
import { refuseExpectations, refuseUnparsed } from './unparsed';

export type { AppParts } from './app.module';

/** A SKU or reference has at most 200 characters, each of which may be percent-encoded as four bytes. */
const MAX_PARAM_LENGTH = 200 * 12;

/**
 * The application, which answers on `listener` once it is initialised and the listener is handed over; without one it is only
 * asked in this process. `app.close()` lets requests that are under way finish, and refuses new ones meanwhile.
 */
export async function createApp(parts: AppParts, listener?: Listener): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    loggerInstance: parts.logger.child({ component: 'http' }),
    // Fastify would log whole URLs; what is logged of a request is said below.
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    forceCloseConnections: 'idle',
    frameworkErrors: refuse,
    ...(listener ? { serverFactory: listener.factory } : {}),
    clientErrorHandler: refuseUnparsed,
  });
  const fastify: FastifyInstance = adapter.getInstance();
  fastify.addHook('onRequest', async (request, reply) => {
    const trace = traceFrom(request.headers.traceparent);
    rememberTrace(request, trace);
    void reply.headers(SECURITY_HEADERS).header('traceparent', traceparent(trace));
  });
  refuseExpectations(fastify.server);
  const drain = draining(fastify.server);
  let closed: Promise<void> | undefined;
  fastify.addHook('preClose', async () => {
    drain();
    // Fastify closes only what it has made itself.
    closed = listener?.close();
  });
  fastify.addHook('onClose', () => closed);
  const options: Pick<NestApplicationOptions, 'bodyParser' | 'logger' | 'abortOnError'> = {
    bodyParser: false,
    logger: new NestLogger(parts.logger),
    abortOnError: false,
  };
  const module = AppModule.register(parts);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, options);
  const keys = new KeyBook(parts.config.keys, parts.pool, parts.logger);
  fastify.addHook('onClose', async () => keys.stop());
  installDoors(fastify, { keys, budget: app.get<MemoryBudget>(MEMORY_BUDGET) });
  const metrics = app.get(Metrics);
  fastify.addHook('onResponse', async (request, { statusCode, elapsedTime }) => {
    const { method, routeOptions } = request;
    const route = routeOptions.url;
    metrics.answered(method, route, statusCode, elapsedTime);
    const ms = Math.round(elapsedTime);
    parts.logger.debug({ method, route, status: statusCode, ms, trace: traceOf(request)?.id }, 'request');
  });
  app.get(OpenApi).make = () => openApiDocument(app);
  await keys.start();
  return app;
}

/** What Fastify refuses before there is a route: a path that cannot be decoded. */
function refuse(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(
    new ApiError(400, 'url-invalid', 'The URL is not valid', 'The path has a wrong percent-encoding.'),
    request.url.split('?', 1)[0] ?? '/',
  );
  void reply.code(400).header('content-type', problemContentType).send(JSON.stringify(problem));
}
