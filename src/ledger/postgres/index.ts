import { Pool } from 'pg';
import type { Ledger } from '../port';
import { defaultLimits } from '../limits';
import type { LedgerLimits } from '../limits';
import { append } from './append';
import { at } from './at';
import { Checkpoints } from './checkpoint';
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
import { verify } from './verify';
import { writeBlock } from './write-block';
import { WriterConnection } from './writer-connection';

/** What a ledger that lives elsewhere does otherwise, and keeps its copy here. */
export interface Elsewhere {
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
  limits?: Partial<LedgerLimits>;
  logger: LedgerLogger;
}

const READ_CONNECTIONS = 6;

/** The ledger on a database that has been migrated. `close` seals what was accepted and writes a last checkpoint. */
export async function createPostgresLedger(
  options: PostgresLedgerOptions,
  elsewhere?: Elsewhere,
): Promise<Ledger> {
  const { logger } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const pool = options.pool ?? ownPool(options.url, logger);
  const clientConfig = options.pool ? options.pool.options : { connectionString: options.url };
  const connection = new WriterConnection(clientConfig, logger);
  const checkpoints = new Checkpoints(options.checkpointFile, options.checkpointBlocks, logger);
  const listener = new Listener(clientConfig, logger);
  const notifier = new Notifier(pool, logger);
  const writer: WriterState = {
    connection,
    knownBlock: null,
    expectRepeats: false,
    write: elsewhere?.write ?? writeBlock,
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
  await reading(readHead(pool));

  return {
    append: (proposals) => append(group, limits, proposals),
    head: () => reading(readHead(pool)),
    read: (after, readOptions) => readingEach(read(pool, after, readOptions), readOptions?.signal),
    rows: (after, readOptions) => readingEach(readRows(pool, after, readOptions), readOptions?.signal),
    page: (after, limit) => reading(page(pool, after, limit)),
    at: (positions) => reading(at(pool, positions)),
    find: (filter) => reading(find(pool, filter)),
    proof: (position) => reading(proof(pool, position)),
    onAppended: (callback) => listener.add(callback),
    verify: async (verifyOptions = {}) =>
      verify(pool, {
        ...verifyOptions,
        checkpoints: verifyOptions.checkpoints ?? (await checkpoints.load()),
      }),
    close: () => (closing ??= close()),
  };
}

function ownPool(url: string | undefined, logger: LedgerLogger): Pool {
  if (!url) throw new TypeError('the ledger needs a pool or a url');
  const pool = new Pool({ connectionString: url, max: READ_CONNECTIONS, keepAlive: true });
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle connection of the ledger was lost'));
  return pool;
}
