import { setTimeout as delay } from 'node:timers/promises';
import { Pool, type PoolClient, TypeOverrides, types } from 'pg';
import { errorCode } from './database/errors';

/**
 * bigint columns hold positions, counts and money in minor units, all far below 2^53, so they are read
 * as numbers. One that is not throws: a rounded number would be a wrong one.
 */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`bigint ${text} is beyond the exact range of a number`);
  return value;
}

const parsers = new TypeOverrides();
parsers.setTypeParser(types.builtins.INT8, parseInt8);

export interface PoolOptions {
  url: string;
  /** Shown in pg_stat_activity, after `tallystick `. */
  name: string;
  /** Most connections; default 10. The embedded server allows 60 for all pools together. */
  max?: number;
  /** Longest time for one statement; default 30,000 ms, 0 for none (bulk work). */
  statementTimeoutMs?: number;
  /** The same where the server answers nothing: the connection is given up. None by default; not for a pool that streams. */
  queryTimeoutMs?: number;
  /** Longest wait for a connection, also for a server that is away; default 10,000 ms. */
  connectTimeoutMs?: number;
  /** Told of idle connections that the server closed. The pool replaces them by itself. */
  onError?: (error: Error) => void;
}

/** Of who waits for an answer: whatever the database does, the connection is free again soon after he was told that it took too long. */
export const ANSWERS_SOON = { statementTimeoutMs: 8_000, queryTimeoutMs: 9_000, connectTimeoutMs: 5_000 };

/** What each connection begins with. */
export function poolSettings({
  url,
  name,
  statementTimeoutMs = 30_000,
  queryTimeoutMs,
}: Pick<PoolOptions, 'url' | 'name' | 'statementTimeoutMs' | 'queryTimeoutMs'>) {
  return {
    connectionString: url,
    application_name: `tallystick ${name}`,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
    // A statement prepared on an empty table keeps a plan that gets 4 to 10 times slower as the table grows.
    options: '-c plan_cache_mode=force_custom_plan',
    types: parsers,
  };
}

export function createPool(options: PoolOptions): Pool {
  const { max = 10, connectTimeoutMs = 10_000, onError } = options;
  const pool = new Pool({ ...poolSettings(options), max, connectionTimeoutMillis: connectTimeoutMs });
  // Without a listener, the loss of an idle connection ends the process.
  pool.on('error', (error) => onError?.(error));
  return pool;
}

/** Its end does not wait for the disk: a crash may take it back, and whoever needs to know must be able to do it again. */
export const UNFLUSHED = 'BEGIN; SET LOCAL synchronous_commit = off';
type Begin = 'BEGIN' | typeof UNFLUSHED;

/** Runs `work` in one transaction on one connection: committed when it resolves, rolled back when it rejects. `begin` begins it. */
export async function withTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin: Begin = 'BEGIN',
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollback: unknown) => {
      broken = rollback instanceof Error ? rollback : new Error(String(rollback));
    });
    throw error;
  } finally {
    client.off('error', onError);
    // A connection that could not roll back is in an unknown state: it is closed, not reused.
    client.release(broken);
  }
}

const awayCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const awayMessages =
  /^Connection terminated|^timeout expired$|timeout exceeded when trying to connect|connection timeout|Client has encountered a connection error|Client was closed|Query read timeout$/i;

/** Whether the database went away (restart, network, shutdown), as opposed to refusing what was asked. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  const code = errorCode(error);
  // 08: connection exceptions; 57P: shutdown, crash, starting up; 53300: no connection free.
  if (code !== undefined) return awayCodes.has(code) || /^(08|57P0[123]|53300)/.test(code);
  return error instanceof Error && awayMessages.test(error.message);
}

export interface RetryOptions {
  /** Give up, with the last error, after this long in all; default 30,000 ms. */
  limitMs?: number;
  onRetry?: (error: unknown, attempt: number) => void;
  signal?: AbortSignal;
}

/**
 * Repeats `work` while the database is away, with pauses that grow from 50 ms to 2 s. Any other error is thrown at once.
 * The answer to a COMMIT may be lost with the connection, so `work` must be safe to repeat.
 */
export async function retryWhileAway<T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { limitMs = 30_000, onRetry, signal } = options;
  const deadline = Date.now() + limitMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const pauseMs = Math.min(2_000, 50 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      if (!isDatabaseAway(error) || Date.now() + pauseMs > deadline || signal?.aborted) throw error;
      onRetry?.(error, attempt);
      await delay(pauseMs, undefined, { signal });
    }
  }
}
