import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Ledger } from '../port';
import { LedgerUnavailable } from '../port';
import { defaultLimits } from '../limits';
import { type PostgresLedgerOptions, createPostgresLedger } from '../postgres';
import type { SealedBlock } from '../postgres/sealed-block';
import { WriterConnection } from '../postgres/writer-connection';
import { BLOCK_ROW_COLUMNS, type BlockRow, blockOf } from '../postgres/block-row';
import type { LedgerLogger } from '../postgres/logger';
import { StreamBroken, follow } from './copy';
import { NoFact } from './events';
import { LedgerStream } from './stream';
import { ledgerUrl } from './url';
import { verifyStream } from './verify';
import { writerTo } from './write';

export interface EventStoreLedgerOptions extends PostgresLedgerOptions {
  /** `esdb://…` or `kurrentdb://…`; see `ledgerUrl`. */
  ledgerUrl: string;
}

/** A block is one write, and a server takes 1 MiB in one; what texts are in UTF-8 is not known here. */
const BLOCK = { blockFacts: 500, blockBytes: 256 * 1024 };
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * The ledger is a stream; the database has its copy, from which everything is read and by which repeats are known. A block is durable
 * when both have it. docs/adr/0013-eventstoredb.md has the reasons.
 */
export async function createEventStoreLedger(options: EventStoreLedgerOptions): Promise<Ledger> {
  const { logger } = options;
  const stream = new LedgerStream(ledgerUrl(options.ledgerUrl));
  const given = { ...defaultLimits, ...options.limits };
  const limits = {
    ...given,
    blockFacts: Math.min(given.blockFacts, BLOCK.blockFacts),
    blockBytes: Math.min(given.blockBytes, BLOCK.blockBytes),
  };
  await agree(stream, options, logger);
  let told: (block: SealedBlock) => void = () => undefined;
  const copied = (block: SealedBlock) => told(block);
  const write = writerTo(stream, copied);
  const copy = await createPostgresLedger(
    { ...options, limits },
    { write, onOpen: (listener) => (told = listener) },
  );
  const config = options.pool ? options.pool.options : { connectionString: options.url };
  const connection = new WriterConnection(config, logger);
  const stopped = new AbortController();
  const follower = keepFollowing();

  /** What others append is copied as they do. Whatever was missed is read from where the copy is. */
  async function keepFollowing(): Promise<void> {
    const { signal } = stopped;
    for (let failures = 0; !signal.aborted;) {
      // One at a time: where copying fails, what was listened to is left.
      const listening = new AbortController();
      const either = AbortSignal.any([signal, listening.signal]);
      try {
        const work = new Latest(async () => follow(await connection.get(), stream, copied));
        const { position } = await copy.head();
        await Promise.race([stream.follow(position, () => work.run(), either), work.failed]);
        failures = 0;
      } catch (error) {
        connection.drop();
        if (stopped.signal.aborted) break;
        logger.warn(
          { err: error },
          'the stream of the ledger cannot be followed at the moment; it is tried again',
        );
      } finally {
        listening.abort();
      }
      failures += 1;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    ...copy,
    async reach() {
      try {
        await stream.end();
      } catch (error) {
        throw new LedgerUnavailable('the stream of the ledger cannot be reached at the moment', {
          cause: error,
        });
      }
    },
    async verify(verifyOptions = {}) {
      const ofCopy = await copy.verify(verifyOptions);
      if (!ofCopy.ok) return ofCopy;
      const head = await copy.head();
      try {
        return await verifyStream(stream, head, verifyOptions.checkpoints ?? [], (position) =>
          verifyOptions.onProgress?.(position, head.position),
        );
      } catch (error) {
        throw new LedgerUnavailable('the stream of the ledger cannot be read at the moment', {
          cause: error,
        });
      }
    },
    async close() {
      await copy.close();
      stopped.abort();
      await follower;
      await connection.close();
      await stream.close();
    },
  };
}

/**
 * A copy of another stream must not be gone on with. A stream that is away now is compared when something is written to it.
 * Throws where it is another, or was cut.
 */
async function agree(
  stream: LedgerStream,
  options: EventStoreLedgerOptions,
  logger: LedgerLogger,
): Promise<void> {
  const pool = options.pool ?? new Pool({ connectionString: options.url, max: 1 });
  try {
    const { rows } = await pool.query<BlockRow>(
      `SELECT ${BLOCK_ROW_COLUMNS} FROM ledger.blocks b ORDER BY b.number DESC LIMIT 1`,
    );
    const last = rows[0] && blockOf(rows[0]);
    if (!last) return;
    for await (const { header } of stream.read(last.firstPosition - 1)) {
      if (header?.hash.equals(last.hash)) return;
      break;
    }
    throw new StreamBroken(
      `LEDGER_URL: the stream ${stream.name} does not have what this database has recorded up to position ` +
        `${last.firstPosition + last.count - 1}: move the ledger with \`tallystick copy-ledger\`, or name the stream or database that belong together`,
    );
  } catch (error) {
    if (error instanceof StreamBroken || error instanceof NoFact) throw error;
    logger.warn({ err: error }, 'the stream of the ledger cannot be reached yet');
  } finally {
    if (!options.pool) await pool.end();
  }
}

/** Work of which only the newest request matters: one runs, and one more if anything was heard meanwhile. */
class Latest {
  private running = false;
  private again = false;
  private fail: (error: unknown) => void = () => undefined;
  readonly failed = new Promise<never>((_, reject) => (this.fail = reject));

  constructor(private readonly work: () => Promise<void>) {
    this.failed.catch(() => undefined);
  }

  run(): void {
    this.again = true;
    if (!this.running) void this.loop();
  }

  private async loop(): Promise<void> {
    this.running = true;
    try {
      while (this.again) {
        this.again = false;
        await this.work();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.running = false;
    }
  }
}
