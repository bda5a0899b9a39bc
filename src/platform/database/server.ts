import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { layout, makeDataDir, readOrMakePassword, superuser } from './cluster';
import { EmbeddedDatabaseUnavailable, errorCode } from './errors';
import { tryFolderLock } from './folder-lock';
import { type Postmaster, readPostmaster, serverLives } from './postmaster';
import { LostRace, startServer, type StartOptions, startLimitMs } from './start-server';

export interface RunningServer {
  pid: number;
  port: number;
  password: string;
  /** Whether this call has started it. */
  started: boolean;
}

const pollMs = 10;

/**
 * The PostgreSQL of this folder: the one that runs already (whoever started it), else a new one, on a
 * new database where there is none yet. Safe to call from any number of processes at once.
 * Claims nothing: see ownership.ts for who may use and stop it.
 */
export async function ensureServer(options: StartOptions): Promise<RunningServer> {
  const { dataDir, signal } = options;
  await makeDataDir(dataDir);
  const password = await readOrMakePassword(dataDir);
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    signal?.throwIfAborted();
    const lock = await tryFolderLock(layout(dataDir).lockFile);
    const running = await readPostmaster(dataDir);
    if (await serverLives(lock, dataDir, running)) {
      if (typeof lock === 'object') lock.release();
      if (running?.ready && (await answers(running, password)))
        return { ...running, password, started: false };
    } else {
      try {
        return {
          ...(await startServer(options, password, typeof lock === 'object' ? lock : undefined)),
          password,
          started: true,
        };
      } catch (error) {
        if (!(error instanceof LostRace)) throw error;
      } finally {
        if (typeof lock === 'object') lock.release();
      }
    }
    if (Date.now() > deadline) {
      throw new EmbeddedDatabaseUnavailable(
        `The PostgreSQL of ${dataDir} holds its lock but accepts no connections; see ${layout(dataDir).logFile}.`,
      );
    }
    await delay(pollMs);
  }
}

export function serverUrl(server: Pick<RunningServer, 'port' | 'password'>, database: string): string {
  return `postgres://${superuser}:${server.password}@127.0.0.1:${server.port}/${database}`;
}

async function answers(server: Postmaster, password: string): Promise<boolean> {
  const client = new Client({
    connectionString: serverUrl({ ...server, password }, 'postgres'),
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    // Not yet, or no longer, listening; or starting up, shutting down (57P0x).
    const code = errorCode(error);
    if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code?.startsWith('57P')) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
