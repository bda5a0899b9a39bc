import type { IncomingMessage } from 'node:http';
import { type Gunzip, createGunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bodyTooSlow, discardBody } from '../platform/http/body';
import { ApiError } from '../platform/http/errors';
import { errorCode } from '../platform/database/errors';
import { gathered } from './gathered';
import type { IngestLimits } from './limits';
import {
  bodyIncomplete,
  bodyTimeout,
  compressionTooHigh,
  encodingInvalid,
  encodingUnsupported,
} from './refusals';

type BodyLimits = Pick<IngestLimits, 'idleMs' | 'bodyMs' | 'compressionRatio' | 'unratedBytes'>;

/**
 * The bytes of a request's body, decompressed, as they come. Ends early when the consumer does, and leaves the connection as
 * it is then, so that an answer can still be sent. Throws ApiError 400, 408, 413, 415.
 */
export function readBody(request: IncomingMessage, limits: BodyLimits): AsyncGenerator<Buffer> {
  return gathered(chunksOf(request, limits));
}

async function* chunksOf(request: IncomingMessage, limits: BodyLimits): AsyncGenerator<Buffer> {
  const ends = performance.now() + limits.bodyMs;
  const gunzip = decompressor(request);
  let bytes = 0;
  const chunks: AsyncIterator<Buffer> = (gunzip ?? request).iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await within(limits, ends - performance.now(), chunks.next());
      if (next.done) return;
      bytes += next.value.length;
      if (gunzip && isBomb(bytes, gunzip.bytesWritten, limits)) throw compressionTooHigh(limits);
      yield next.value;
    }
  } catch (error) {
    throw gunzip && isZlibError(error) ? encodingInvalid(error) : interrupted(request, error);
  } finally {
    if (gunzip) request.unpipe(gunzip);
    // Not waited for: after a timeout it would wait for the chunk that does not come.
    void chunks.return?.();
  }
}

/** Before a refusal is answered: reads over what the client is still sending. Of one that fell silent there is nothing to wait for. */
export async function leaveBody(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (error instanceof ApiError && error.status === 408) return;
  await discardBody(request, reply);
}

/** Told from what has come so far: a bomb is refused before it has gone off. */
function isBomb(bytes: number, compressed: number, { compressionRatio, unratedBytes }: BodyLimits): boolean {
  return bytes > unratedBytes && bytes > compressed * compressionRatio;
}

/** Null where the body is not compressed. */
function decompressor(request: IncomingMessage): Gunzip | null {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return null;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') throw encodingUnsupported(encoding);
  const gunzip = createGunzip();
  request.once('error', (error) => gunzip.destroy(error));
  return request.pipe(gunzip);
}

/** Silence may be long, but a byte now and then does not make a body that never ends. */
async function within<T>({ idleMs, bodyMs }: BodyLimits, leftMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => {
        reject(leftMs < idleMs ? bodyTooSlow(bodyMs) : bodyTimeout(idleMs));
      },
      Math.max(0, Math.min(idleMs, leftMs)),
    );
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
