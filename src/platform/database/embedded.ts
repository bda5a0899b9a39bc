import path from 'node:path';
import { Client } from 'pg';
import { DataFolderInUse, errorCode } from './errors';
import { type Ownership, takeOwnership } from './ownership';
import { ensureServer, serverUrl } from './server';
import type { DatabaseLog, StartOptions } from './start-server';
import { stopServer } from './stop-server';
import { supervise } from './supervise';

export type { DatabaseLog };

const databaseName = 'tallystick';

export interface EmbeddedOptions extends StartOptions {
  /**
   * `owner` (default): the one service of this folder; refused with DataFolderInUse while there is another.
   * `guest`: a command line tool: uses the server of a running service and leaves it alone, and owns it only where nobody does.
   */
  mode?: 'owner' | 'guest';
  /** Who this is, told to others who are refused; for example `serve`. */
  label?: string;
  /** The server was lost and another process owns the folder now: this one can only end. */
  onLost?: (error: Error) => void;
}

export interface EmbeddedDatabase {
  /** Connection string of the database `tallystick`, with its password: never log it. */
  url: string;
  port: number;
  /** False for a guest of somebody else's server. */
  owner: boolean;
  /** Owner: ends all sessions and stops the server. Guest: does nothing. May be called twice. */
  stop(): Promise<void>;
}

/** A killed owner's session ends when the kernel closes its socket; the server notices within milliseconds, on a busy machine later. */
const ownerWaitMs = 2_000;

/**
 * Starts, or takes over, the PostgreSQL of a data folder. While the owner lives, a server that dies is started again on the
 * same port, so pools recover by themselves. Throws DataFolderInUse, EmbeddedDatabaseUnavailable.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { log, mode = 'owner', label = mode } = options;
  const dataDir = path.resolve(options.dataDir);
  const server = await ensureServer({ ...options, dataDir });
  const maintenanceUrl = serverUrl(server, 'postgres');
  let ownership: Ownership | undefined;
  try {
    ownership = await takeOwnership(maintenanceUrl, mode === 'owner' ? ownerWaitMs : 1, label);
    if (!ownership.owned && mode === 'owner') throw new DataFolderInUse(dataDir, ownership.holder);
    await ensureDatabase(maintenanceUrl);
    options.signal?.throwIfAborted();
  } catch (error) {
    // Nobody will be told of it, so nobody would stop it.
    if (ownership ? ownership.owned : server.started) await stopServer(dataDir);
    if (ownership?.owned) await ownership.session.end();
    throw error;
  }
  log.debug({ dataDir, port: server.port, owner: ownership.owned }, 'embedded database is ready');

  const shared = { url: serverUrl(server, databaseName), port: server.port };
  if (!ownership.owned) return { ...shared, owner: false, stop: () => Promise.resolve() };

  const supervision = supervise(ownership.session, {
    async restore() {
      log.warn({ dataDir, port: server.port }, 'the embedded database went away; starting it again');
      const restarted = await ensureServer({ ...options, signal: undefined, dataDir, port: server.port });
      // On another port, somebody else was faster and owns it by now.
      if (restarted.port !== server.port) throw new DataFolderInUse(dataDir);
      const again = await takeOwnership(maintenanceUrl, ownerWaitMs, label);
      if (!again.owned) throw new DataFolderInUse(dataDir, again.holder);
      return again.session;
    },
    isFinal: (error) => error instanceof DataFolderInUse,
    onRetry: (error) =>
      log.warn({ err: error }, 'the embedded database could not be started again; trying on'),
    onLost: (error) => options.onLost?.(error),
  });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => supervision.end(() => stopServer(dataDir));
  return { ...shared, owner: true, stop: () => (stopping ??= stop()) };
}

async function ensureDatabase(maintenanceUrl: string): Promise<void> {
  const client = new Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  } catch (error) {
    // A guest and the owner may both have found it missing.
    if (errorCode(error) !== '42P04' && errorCode(error) !== '23505') throw error;
  } finally {
    await client.end();
  }
}
