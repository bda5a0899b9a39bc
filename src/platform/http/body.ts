import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiError } from './errors';

/** The handler gets the body as a stream of the bytes as received, of whatever content type. */
export const RawBody = () => RouteConfig({ rawBody: true });

/** What ordinary requests (acts, settings) may send. */
const MAX_JSON_BYTES = 1024 * 1024;
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;
const MAX_DISCARD_MS = 5_000;

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Replaces Fastify's body parsers by ours: a stream for routes with `@RawBody()`, JSON of at most 1 MiB for the others. To
 * be called on the adapter's instance before `app.init()`, of an app created with `bodyParser: false`.
 */
export function installBodyParsers(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, payload, done) => {
    if (isRaw(request)) done(null, payload);
    else if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) done(unsupported());
    else
      readAll(payload, (error, text) => {
        if (error || typeof text !== 'string') done(error);
        else void parseJson(request, text, done);
      });
  });
}

/**
 * Reads and forgets the rest of a body, so that a client that is still sending gets to read the answer. Within bounds: past
 * them the connection is closed after the answer.
 */
export async function discardBody(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { raw } = request;
  if (!(request.body instanceof Readable) || raw.readableEnded || raw.destroyed) return;
  let discarded = 0;
  const whole = await new Promise<boolean>((resolve) => {
    const finish = (ended: boolean): void => {
      clearTimeout(timer);
      raw.off('data', count).off('end', onEnd).off('close', onClose);
      resolve(ended);
    };
    const count = (chunk: Buffer): void => {
      discarded += chunk.length;
      if (discarded > MAX_DISCARDED_BYTES) finish(false);
    };
    const onEnd = (): void => finish(true);
    const onClose = (): void => finish(false);
    const timer = setTimeout(finish, MAX_DISCARD_MS, false);
    raw.unpipe();
    raw.on('data', count).on('end', onEnd).on('close', onClose).resume();
  });
  if (!whole) void reply.header('connection', 'close');
}

function isRaw(request: FastifyRequest): boolean {
  const { config } = request.routeOptions;
  return 'rawBody' in config && config.rawBody === true;
}

function unsupported(): ApiError {
  const detail = 'Send the body as application/json.';
  return new ApiError(415, 'content-type-unsupported', 'The content type is not supported', detail);
}

function readAll(stream: Readable, done: Done): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_JSON_BYTES) chunks.push(chunk);
  });
  stream.once('error', (error) => done(error));
  stream.once('end', () => {
    if (bytes > MAX_JSON_BYTES) done(tooLarge());
    else done(null, Buffer.concat(chunks).toString());
  });
}

function tooLarge(): ApiError {
  const detail = `This route takes at most ${MAX_JSON_BYTES} bytes.`;
  return new ApiError(413, 'body-too-large', 'The body is too large', detail, {
    members: { limit: MAX_JSON_BYTES },
  });
}
