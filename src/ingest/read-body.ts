import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { discardBody } from '../platform/http/body';
import { ApiError } from '../platform/http/errors';
import { errorCode } from '../platform/database/errors';
import { bodyIncomplete, bodyTimeout, encodingInvalid, encodingUnsupported } from './refusals';

/**
 * The bytes of a request's body, decompressed, as they come. Ends early when the consumer does, and leaves the connection as
 * it is then, so that an answer can still be sent. Throws ApiError 400, 408, 415.
 */
export async function* readBody(request: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const stream = decoded(request);
  const chunks: AsyncIterator<Buffer> = stream.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await within(idleMs, chunks.next());
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    throw stream !== request && isZlibError(error) ? encodingInvalid(error) : interrupted(request, error);
  } finally {
    if (stream !== request) request.unpipe();
    // Not waited for: after a timeout it would wait for the chunk that does not come.
    void chunks.return?.();
  }
}

/** Before a refusal is answered: reads over what the client is still sending. Of one that fell silent there is nothing to wait for. */
export async function leaveBody(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (error instanceof ApiError && error.status === 408) return;
  await discardBody(request, reply);
}

function decoded(request: IncomingMessage): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return request;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') throw encodingUnsupported(encoding);
  const gunzip = createGunzip();
  request.once('error', (error) => gunzip.destroy(error));
  return request.pipe(gunzip);
}

async function within<T>(idleMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(bodyTimeout(idleMs));
    }, idleMs);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function interrupted(request: IncomingMessage, error: unknown): unknown {
  return request.destroyed && !request.complete ? bodyIncomplete(error) : error;
}

function isZlibError(error: unknown): boolean {
  return errorCode(error)?.startsWith('Z_') ?? false;
}
