import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Ledger } from '../port';
import { LedgerStopped, LedgerUnavailable } from '../port';
import { defaultLimits } from '../limits';
import { type PostgresLedgerOptions, createPostgresLedger } from '../postgres';
import { readHead } from '../postgres/head';
import type { SealedBlock } from '../postgres/sealed-block';
import { WriterConnection } from '../postgres/writer-connection';
import { StreamBroken, WrongStream } from './broken';
import { Copier } from './copier';
import { assertSame, endsBefore } from './copy';
import { StreamHealth } from './health';
import { Session } from './session';
import { LedgerStream } from './stream';
import { ledgerUrl, streamOf } from './url';
import { verifyStream } from './verify';
import { writerTo } from './write';

export interface EventStoreLedgerOptions extends PostgresLedgerOptions {
  /** `esdb://…` or `kurrentdb://…`; see `ledgerUrl`. */
  ledgerUrl: string;
  /** How long a copy that has nothing yet waits for its server; others start without it. Default: for ever. */
  waitMs?: number;
  /** Gives the waiting up. */
  signal?: AbortSignal;
  /** Given at once: why nothing can be appended, as far as is known; null while all is well. */
  onReason?(reason: () => string | null): void;
  /** How often it is looked whether the server still keeps all of the stream. */
  lookEveryMs?: number;
}

/** A block is one write, and a server takes 1 MiB in one; what texts are in UTF-8 is not known here. */
const BLOCK = { blockFacts: 500, blockBytes: 256 * 1024 };
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const LOOK_EVERY_MS = 60_000;

/**
 * The ledger is a stream; the database has its copy, from which everything is read and by which repeats are known. A block is durable
 * when both have it. Resolves when the copy has been read up to the stream's end, or the server is found to be away.
 * docs/adr/0013-eventstoredb.md has the reasons.
 */
export async function createEventStoreLedger(options: EventStoreLedgerOptions): Promise<Ledger> {
  const { logger } = options;
  const url = ledgerUrl(options.ledgerUrl);
  const pool = options.pool ?? new Pool({ connectionString: options.url, max: 1 });
  pool.on('error', lost);
  const health = new StreamHealth(logger, url.place);
  options.onReason?.(() => health.reason());
  // Only looked at here: where the pool is the caller's, the caller goes on with it.
  const leave = async () => {
    pool.off('error', lost);
    if (!options.pool) await pool.end();
  };
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const stream = new LedgerStream({ ...url, stream: url.stream ?? (await ownStream(pool)) });
    closing.push(() => stream.close());
    await agree(stream, pool, health, options);
    await leave();
    const session = new Session();
    const config = options.pool ? options.pool.options : { connectionString: options.url };
    const connection = new WriterConnection(config, logger, stream.name);
    closing.push(() => connection.close());
    let told: (block: SealedBlock) => void = () => undefined;
    const copier = new Copier({
      ...{ stream, connection, session, health, logger },
      copied: (block) => told(block),
      lookEveryMs: options.lookEveryMs ?? LOOK_EVERY_MS,
    });
    const given = { ...defaultLimits, ...options.limits };
    const limits = {
      ...given,
      blockFacts: Math.min(given.blockFacts, BLOCK.blockFacts),
      blockBytes: Math.min(given.blockBytes, BLOCK.blockBytes),
    };
    const copy = await createPostgresLedger(
      { ...options, limits },
      {
        stream: stream.name,
        write: writerTo({ stream, copier, session, health }),
        onOpen: (listener) => (told = listener),
      },
    );
    await copier.catchUp().catch((error: unknown) => health.failed('follower', error));
    const stopped = new AbortController();
    const working = [copier.keepFollowing(stopped.signal), copier.keepLooking(stopped.signal)];
    closing.push(async () => {
      await copy.close();
      stopped.abort();
      await Promise.all(working);
    });
    return ledgerOf(copy, stream, health, close);
  } catch (error) {
    await close();
    if (!pool.ended) await leave();
    throw error;
  }
}

/** An idle connection that breaks is opened again when it is needed. */
function lost(): void {
  return undefined;
}

function ledgerOf(
  copy: Ledger,
  stream: LedgerStream,
  health: StreamHealth,
  close: () => Promise<void>,
): Ledger {
  return {
    ...copy,
    async reach() {
      if (health.stopped) throw health.stopped;
      try {
        await stream.end();
      } catch (error) {
        throw unavailable('the stream of the ledger cannot be reached at the moment', error);
      }
    },
    async verify(options = {}) {
      const ofCopy = await copy.verify(options);
      if (!ofCopy.ok) return ofCopy;
      const head = await copy.head();
      try {
        return await verifyStream(stream, head, options.checkpoints ?? [], (position) =>
          options.onProgress?.(position, head.position),
        );
      } catch (error) {
        throw unavailable('the stream of the ledger cannot be read at the moment', error);
      }
    },
    close,
  };
}

function unavailable(message: string, cause: unknown): unknown {
  return cause instanceof LedgerStopped ? cause : new LedgerUnavailable(message, { cause });
}

/** The stream that this database has a copy of, or one of the installation's own. */
async function ownStream(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ stream: string | null; installation: string }>(
    'SELECT stream, id AS installation FROM ledger.installation',
  );
  const row = rows[0];
  return row?.stream ?? streamOf(row?.installation ?? '');
}

/**
 * A copy of another stream must not be gone on with: throws where it is another, or was cut. Then the database remembers of which stream
 * it is the copy. A server that is away is waited for where there is no copy yet; else it is compared before anything is appended.
 */
async function agree(
  stream: LedgerStream,
  pool: Pool,
  health: StreamHealth,
  { waitMs = Infinity, signal, logger }: EventStoreLedgerOptions,
): Promise<void> {
  const began = performance.now();
  for (let failures = 0; ; failures += 1) {
    const head = await readHead(pool);
    try {
      await stream.assertWhole();
      // Asked also where nothing is expected: a stream that was deleted for good says so.
      const last = await stream.at(Math.max(1, head.position));
      if (last && head.position > 0) assertSame(stream, last, head);
      else if (head.position > 0) throw endsBefore(stream, await stream.end(), head.position);
      await pool.query('UPDATE ledger.installation SET stream = $1 WHERE stream IS DISTINCT FROM $1', [
        stream.name,
      ]);
      logger.info({ stream: stream.name, position: head.position }, 'the ledger is a stream of EventStoreDB');
      return;
    } catch (error) {
      if (error instanceof WrongStream) throw error;
      health.failed('follower', error);
      if (error instanceof StreamBroken || (await isCopyOf(pool, stream))) return;
      signal?.throwIfAborted();
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      if (performance.now() - began + pauseMs > waitMs)
        throw new LedgerUnavailable(health.reason() ?? 'LEDGER_URL: the server is away', { cause: error });
      await delay(pauseMs, undefined, { signal });
    }
  }
}

async function isCopyOf(pool: Pool, { name }: LedgerStream): Promise<boolean> {
  const { rows } = await pool.query(
    'SELECT FROM ledger.installation, ledger.head WHERE stream = $1 AND position > 0',
    [name],
  );
  return rows.length > 0;
}
