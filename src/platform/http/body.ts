import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, unavailable } from './errors';
import type { MemoryBudget } from './memory-budget';
import { routeConfig, routeConfigOf } from './route-config';

/** The handler gets the body as a stream of the bytes as received, of whatever content type. */
export const RawBody = () => routeConfig({ rawBody: true });

/** What ordinary requests (acts, settings) may send, and how long they may take for it. */
const MAX_JSON_BYTES = 1024 * 1024;
const MAX_JSON_MS = 30_000;
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;
const MAX_DISCARD_MS = 5_000;

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Replaces Fastify's body parsers by ours: a stream for routes with `@RawBody()`, JSON of at most 1 MiB for the others. To
 * be called on the adapter's instance before `app.init()`, of an app created with `bodyParser: false`.
 */
export function installBodyParsers(fastify: FastifyInstance, budget: MemoryBudget): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, payload, done) => {
    // Nothing is there that would read it.
    if (request.is404) done(null);
    else if (routeConfigOf(request).rawBody) done(null, payload);
    else if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) done(unsupported());
    else
      readAll(payload, budget, (error, text) => {
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

function unsupported(): ApiError {
  const detail = 'Send the body as application/json.';
  return new ApiError(415, 'content-type-unsupported', 'The content type is not supported', detail);
}

function readAll(stream: Readable, budget: MemoryBudget, done: Done): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const finish = (error: Error | null, text?: string): void => {
    clearTimeout(timer);
    stream.off('data', onData).off('error', finish).off('end', onEnd);
    budget.give(bytes);
    done(error, text);
  };
  const onData = (chunk: Buffer): void => {
    if (bytes + chunk.length > MAX_JSON_BYTES) return finish(tooLarge());
    if (!budget.take(chunk.length)) return finish(bodiesBusy());
    bytes += chunk.length;
    chunks.push(chunk);
  };
  const onEnd = (): void => finish(null, Buffer.concat(chunks).toString());
  const timer = setTimeout(() => finish(bodyTooSlow(MAX_JSON_MS)), MAX_JSON_MS);
  stream.on('data', onData).once('error', finish).once('end', onEnd);
}

export function bodyTooSlow(ms: number): ApiError {
  const detail = `The body was not whole within ${ms / 1000} s. Nothing of this request was recorded.`;
  return new ApiError(408, 'body-timeout', 'The body took too long', detail, {
    headers: { connection: 'close' },
  });
}

export function bodiesBusy(): ApiError {
  return unavailable(
    'bodies-busy',
    'Too many bodies are being read',
    'The memory for bodies that are being read is taken. Nothing of this request was recorded: send it again.',
    1,
  );
}

function tooLarge(): ApiError {
  const detail = `This route takes at most ${MAX_JSON_BYTES} bytes.`;
  return new ApiError(413, 'body-too-large', 'The body is too large', detail, {
    members: { limit: MAX_JSON_BYTES },
  });
}
