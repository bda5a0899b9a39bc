import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { readFile, rm, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { findBinaries } from './binaries';
import {
  assertVersion,
  ensureOwner,
  initialiseCluster,
  isInitialised,
  layout,
  serverEnvironment,
} from './cluster';
import { EmbeddedDatabaseUnavailable } from './errors';
import type { FolderLock } from './folder-lock';
import { chooseIdentity } from './identity';
import { type Postmaster, readPostmaster } from './postmaster';
import { serverSettings } from './settings';

/** The part of a logger that the embedded database uses (a pino logger fits). */
export interface DatabaseLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface StartOptions {
  dataDir: string;
  log: DatabaseLog;
  /** PostgreSQL settings that replace or add to the usual ones, by their PostgreSQL names. */
  settings?: Record<string, string>;
  /** Port on 127.0.0.1; by default a free one. */
  port?: number;
  /** Ends a start that is under way: it rejects with the signal's reason, and what it started is gone by then. */
  signal?: AbortSignal;
}

/** Crash recovery reads up to max_wal_size of log; five minutes is far beyond that. */
export const startLimitMs = 5 * 60_000;
const pollMs = 10;
const logLimitBytes = 16 * 1024 * 1024;

/** Another process started its server, or took the port, between our look and our start: look again. */
export class LostRace extends Error {}

/**
 * Starts a server, on a new database where the folder has none yet, and waits until it accepts connections.
 * @param lock the held folder lock; undefined where the system has none and PostgreSQL's own pid file must do.
 */
export async function startServer(
  options: StartOptions,
  password: string,
  lock: FolderLock | undefined,
): Promise<Postmaster> {
  const { dataDir, log, signal } = options;
  const { cluster, pidFile, logFile } = layout(dataDir);
  const binaries = await findBinaries();
  const identity = await chooseIdentity(binaries.postgres, dataDir);
  if (!(await isInitialised(dataDir))) {
    log.info({ dataDir, identity: identity.name }, 'initialising the embedded database');
    const durable = options.settings?.fsync !== 'off';
    await initialiseCluster(dataDir, binaries, identity, { password, durable, lockFd: lock?.fd, signal });
  }
  await assertVersion(dataDir, binaries);
  await ensureOwner(dataDir, identity);
  // We hold the lock that a living server would hold, so this file is a dead one's; its pid may be anybody's by now.
  if (lock) await rm(pidFile, { force: true });

  const port = options.port ?? (await freePort());
  const settings = { ...serverSettings, ...options.settings, port: String(port) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const {
    command,
    args,
    options: spawnOptions,
  } = identity.wrap(binaries.postgres, ['-D', cluster, ...flags]);
  const serverLog = await openLog(logFile);
  try {
    const child = spawn(command, args, {
      ...spawnOptions,
      cwd: '/',
      env: serverEnvironment(),
      // A session of its own: Ctrl-C in the terminal must reach us and not the server under our feet.
      detached: true,
      stdio: ['ignore', serverLog.fd, serverLog.fd, lock ? lock.fd : 'ignore'],
    });
    child.unref();
    let ended: string | undefined;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, by) => (ended = `exit ${code ?? by}`));
    try {
      return await untilReady(dataDir, () => ended, serverLog.start, signal);
    } catch (error) {
      if (ended === undefined) await stopChild(child);
      throw error;
    }
  } finally {
    closeSync(serverLog.fd);
  }
}

async function untilReady(
  dataDir: string,
  ended: () => string | undefined,
  logStart: number,
  signal: AbortSignal | undefined,
): Promise<Postmaster> {
  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    const reason = ended();
    if (reason !== undefined) throw await startFailure(dataDir, reason, logStart);
    const postmaster = await readPostmaster(dataDir);
    if (postmaster?.ready) return postmaster;
    await delay(pollMs);
  }
  throw new EmbeddedDatabaseUnavailable(
    `PostgreSQL was not ready within ${startLimitMs / 1000} s; see ${layout(dataDir).logFile}.`,
  );
}

/** Of a server that nobody uses yet, so nothing is lost; a recovery that is cut off begins again at the next start. */
async function stopChild(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGQUIT');
  const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(kill);
}

async function startFailure(dataDir: string, reason: string, logStart: number): Promise<Error> {
  const said = (await readFile(layout(dataDir).logFile)).subarray(logStart).toString().trim();
  if (/lock file "postmaster.pid" already exists|Address already in use/.test(said))
    return new LostRace(said);
  return new EmbeddedDatabaseUnavailable(
    `PostgreSQL ended at its start (${reason}): ${said.split('\n').slice(-5).join(' | ')}`,
  );
}

/** Opens the log, kept bounded. `start` is where this server's lines begin, so that a failure quotes only those. */
async function openLog(logFile: string): Promise<{ fd: number; start: number }> {
  const fd = openSync(logFile, 'a', 0o600);
  const { size } = fstatSync(fd);
  if (size <= logLimitBytes) return { fd, start: size };
  await truncate(logFile);
  return { fd, start: 0 };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
