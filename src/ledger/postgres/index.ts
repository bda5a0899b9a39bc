import { Pool } from 'pg';
import type { Ledger } from '../port';
import { defaultLimits } from '../limits';
import { OwnClock } from '../own-clock';
import type { LedgerLimits } from '../limits';
import { append } from './append';
import { at } from './at';
import { Checkpoints, readable } from './checkpoint';
import { readClock } from './clock';
import { find } from './find';
import { GroupCommit } from './group-commit';
import { readHead } from './head';
import { Listener } from './listen';
import type { LedgerLogger } from './logger';
import { Notifier } from './notify';
import { page } from './page';
import { proof } from './proof';
import { read, readRows } from './read';
import { reading, readingEach } from './reading';
import { Recording } from './record';
import type { WriteBlock, WriterState } from './record';
import type { SealedBlock } from './sealed-block';
import { timed } from './timed';
import { verify } from './verify';
import { refuseCopy, writeAlone } from './no-copy';
import { WriterConnection } from './writer-connection';

/** What a ledger that lives elsewhere does otherwise, and keeps its copy here. */
export interface Elsewhere {
  stream: string;
  write: WriteBlock;
  /** Given once: to be called with each block that others have written there and that was copied here. */
  onOpen(copied: (block: SealedBlock) => void): void;
}

export interface PostgresLedgerOptions {
  /** A pool for reading that the caller owns, or a connection string from which the ledger makes its own. */
  pool?: Pool;
  url?: string;
  /** Where checkpoints are kept, outside the database; without one they only go to the log. */
  checkpointFile?: string;
  /** Blocks between two checkpoints; default 1,000. */
  checkpointBlocks?: number;
  /** Longest time from a new block to a checkpoint of it or a later one; default a minute. */
  checkpointMs?: number;
  /** Whether what is recorded already gets a checkpoint at once: where a service starts, and not where a command looks. */
  checkpointAtStart?: boolean;
  limits?: Partial<LedgerLimits>;
  /** To be read alone, also where the facts are a copy of a stream. */
  asCopy?: boolean;
  logger: LedgerLogger;
}

const READ_CONNECTIONS = 6;
/** Nobody waits longer for a connection, or for an answer to what one caller asks. */
const READ_TIMEOUT_MS = 10_000;
/** A page is what the projector folds: it waits for a slow disk, but for nobody who answers nothing. */
const PAGE_TIMEOUT_MS = 35_000;

/** The ledger on a database that has been migrated. `close` seals what was accepted and writes a last checkpoint. */
export async function createPostgresLedger(
  options: PostgresLedgerOptions,
  elsewhere?: Elsewhere,
): Promise<Ledger> {
  const { logger } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const pool = options.pool ?? ownPool(options.url, logger);
  if (!elsewhere && !options.asCopy) await reading(refuseCopy(pool));
  const clientConfig = options.pool ? options.pool.options : { connectionString: options.url };
  const connection = new WriterConnection(clientConfig, logger, elsewhere?.stream);
  const checkpoints = new Checkpoints(
    options.checkpointFile,
    options.checkpointBlocks,
    logger,
    options.checkpointMs,
  );
  const listener = new Listener(clientConfig, logger);
  const notifier = new Notifier(pool, logger);
  const writer: WriterState = {
    connection,
    knownBlock: null,
    expectRepeats: false,
    write: elsewhere?.write ?? writeAlone,
    clock: new OwnClock(limits.clockAheadMs),
    onSealed(block) {
      checkpoints.sealed(block);
      listener.emit();
      notifier.announce();
    },
  };
  elsewhere?.onOpen((block) => writer.onSealed(block));
  const group = new GroupCommit((facts) => new Recording(writer, facts), limits, logger);
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await group.close();
    notifier.close();
    await listener.close();
    await checkpoints.close();
    await connection.close();
    if (!options.pool) await pool.end();
  };
  const asked = timed(pool, READ_TIMEOUT_MS);
  const head = await reading(readHead(asked));
  if (options.checkpointAtStart) await checkpoints.begin(head);

  return {
    append: (proposals) => append(group, limits, proposals),
    head: () => reading(readHead(asked)),
    clock: () => reading(readClock(asked, writer.clock)),
    read: (after, readOptions) => readingEach(read(pool, after, readOptions), readOptions?.signal),
    rows: (after, readOptions) => readingEach(readRows(pool, after, readOptions), readOptions?.signal),
    page: (after, limit) => reading(page(timed(pool, PAGE_TIMEOUT_MS), after, limit)),
    at: (positions, maxBytes) => reading(at(asked, positions, maxBytes)),
    find: (filter) => reading(find(asked, filter)),
    proof: (position) => reading(proof(asked, position)),
    onAppended: (callback) => listener.add(callback),
    async verify(verifyOptions = {}) {
      const hasFacts = async () => (await readHead(asked)).position > 0;
      const kept = verifyOptions.checkpoints ?? (await readable(checkpoints, await hasFacts()));
      return 'ok' in kept ? kept : verify(pool, { ...verifyOptions, checkpoints: kept });
    },
    close: () => (closing ??= close()),
  };
}

function ownPool(url: string | undefined, logger: LedgerLogger): Pool {
  if (!url) throw new TypeError('the ledger needs a pool or a url');
  const pool = new Pool({
    connectionString: url,
    max: READ_CONNECTIONS,
    keepAlive: true,
    connectionTimeoutMillis: READ_TIMEOUT_MS,
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle connection of the ledger was lost'));
  return pool;
}
