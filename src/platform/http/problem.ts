import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../logging';
import { isDatabaseAway } from '../pools';
import { errorCode } from '../database/errors';
import { ApiError, unavailable } from './errors';
import { LOGGER } from './tokens';
import { traceOf } from './trace';
import { tookTooLong } from './within';

/** RFC 9457, with a stable `code`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  instance: string;
  [member: string]: unknown;
}

export const problemContentType = 'application/problem+json; charset=utf-8';

/** Turns whatever was thrown, by us, Nest or Fastify, into a problem. What it does not know is a 500 that tells only an id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const refusal = asApiError(error) ?? this.unexpected(error, request);
    if (reply.sent || reply.raw.headersSent) {
      // The answer had begun: cutting it off is the only way left to say that it is not whole.
      reply.raw.destroy();
      return;
    }
    void reply
      .code(refusal.status)
      .headers(refusal.headers)
      .header('content-type', problemContentType)
      .header('cache-control', 'no-store')
      .send(JSON.stringify(problemOf(refusal, pathOf(request))));
  }

  private unexpected(error: unknown, request: FastifyRequest): ApiError {
    const id = randomUUID();
    const trace = traceOf(request)?.id;
    const told = { err: error, id, trace, method: request.method, path: pathOf(request) };
    this.log.error(told, 'a request failed');
    return new ApiError(
      500,
      'internal-error',
      'Something went wrong here',
      `The request failed for a reason that is ours. The log has it under ${id}.`,
      { members: { id } },
    );
  }
}

export function problemOf(error: ApiError, instance: string): Problem {
  const standard = {
    type: `urn:tallystick:problem:${error.code}`,
    title: error.title,
    status: error.status,
    code: error.code,
    detail: error.message,
    instance,
  };
  // First for the reader, and last so that no other member can take their place.
  return { ...standard, ...error.members, ...standard };
}

/** Null for what only the log may know. */
function asApiError(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof HttpException) return fromHttpException(error);
  return fromLedger(error) ?? fromFastify(error) ?? fromDatabase(error);
}

/** The ledger's errors are known by their codes: the platform does not look up at the ledger. */
function fromLedger(error: unknown): ApiError | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  switch (error.code) {
    case 'ledger-busy': {
      const seconds = 'retryAfterSeconds' in error ? Number(error.retryAfterSeconds) : 1;
      const detail = 'The queue of messages to record is full. Nothing is lost: send the request again.';
      return unavailable('ledger-busy', 'The ledger is busy', detail, Math.max(1, Math.ceil(seconds)), error);
    }
    case 'ledger-unavailable': {
      if ('passes' in error && !error.passes)
        return unavailable('ledger-stopped', 'The ledger takes nothing', error.message, 60, error);
      const detail = 'The ledger cannot be reached at the moment. Sending the request again is safe.';
      return unavailable('ledger-unavailable', 'The ledger is unavailable', detail, 1, error);
    }
    case 'ledger-clock-ahead':
      return unavailable(
        'ledger-clock-ahead',
        'The clock of the database cannot be believed',
        `Nothing is recorded for the moment: ${error.message}. Sending the request again is safe.`,
        10,
        error,
      );
    case 'ledger-limit-exceeded':
      return new ApiError(
        413,
        'ledger-limit-exceeded',
        'A message is too large for the ledger',
        error.message,
      );
    default:
      return null;
  }
}

/** query_canceled, which is the statement's timeout, and lock_not_available, which is the lock's. */
const TOO_LONG = new Set(['57014', '55P03']);

function fromDatabase(error: unknown): ApiError | null {
  if (isDatabaseAway(error)) return databaseAway(error);
  return TOO_LONG.has(errorCode(error) ?? '') ? tookTooLong(error) : null;
}

function databaseAway(cause: unknown): ApiError {
  const detail = 'The database cannot be reached at the moment. Sending the request again is safe.';
  return unavailable('database-unavailable', 'The database is unavailable', detail, 1, cause);
}

/** Errors that Fastify raises before Nest sees the request: a malformed URL, a body over its limit. */
function fromFastify(error: unknown): ApiError | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const { statusCode } = error;
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return null;
  return fromStatus(statusCode, error.message);
}

function fromHttpException(error: HttpException): ApiError | null {
  const status = error.getStatus();
  if (status >= 500) return null;
  const body = error.getResponse();
  const messages = typeof body === 'object' && 'message' in body ? body.message : body;
  if (Array.isArray(messages))
    return fromStatus(status, messages.map(describe).join('; '), { errors: messages });
  return fromStatus(status, typeof messages === 'string' ? messages : error.message);
}

function describe(message: unknown): string {
  if (typeof message === 'object' && message !== null && 'message' in message) return String(message.message);
  return String(message);
}

function fromStatus(status: number, detail: string, members?: Record<string, unknown>): ApiError {
  const title = STATUS_CODES[status] ?? 'Request refused';
  const code = title.toLowerCase().replace(/[^a-z]+/g, '-');
  return new ApiError(status, code, title, detail, members ? { members } : {});
}

/** Without the query, which may hold what is nobody's business. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
