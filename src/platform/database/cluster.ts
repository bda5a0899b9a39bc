import { randomBytes } from 'node:crypto';
import {
  access,
  chown,
  constants,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries';
import { ConfigError } from '../config-error';
import { EmbeddedDatabaseUnavailable, errorCode } from './errors';
import type { Identity } from './identity';
import { run } from './run';

export const superuser = 'tallystick';

/** Where the parts of an embedded database lie in its data folder. */
export function layout(dataDir: string) {
  return {
    cluster: path.join(dataDir, 'postgres'),
    pidFile: path.join(dataDir, 'postgres', 'postmaster.pid'),
    lockFile: path.join(dataDir, 'postgres.lock'),
    logFile: path.join(dataDir, 'postgres.log'),
    passwordFile: path.join(dataDir, 'postgres.password'),
  };
}

const stagingPrefix = 'postgres.new-';

const obstacles = new Map(
  Object.entries({
    ENOTDIR: 'a part of its path is a file',
    EEXIST: 'a file is in its place',
    ENOENT: 'a folder above it is not there and cannot be made',
    EACCES: 'this account may not',
    EPERM: 'this account may not',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
    ENAMETOOLONG: 'its name is too long',
  }),
);

/** Makes the data folder: passable, because the server may run as another user, but not listable. Throws ConfigError. */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
    await access(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw noDataDir(dataDir, error);
  }
}

/** Folder by folder: where the system says of a folder below one that exists that it is not there, as in /proc, Node's own way never ends. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    const above = path.dirname(folder);
    if (errorCode(error) !== 'ENOENT' || above === folder) throw error;
    await makeFolder(above);
    await makeOne(folder);
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o711 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error;
  }
}

function noDataDir(dataDir: string, error: unknown): ConfigError {
  const code = errorCode(error) ?? String(error);
  const why = obstacles.has(code) ? `${obstacles.get(code)}, ${code}` : code;
  return new ConfigError([
    `environment: TALLYSTICK_DATA_DIR: the folder ${dataDir} can be neither made nor written (${why}); choose another`,
  ]);
}

/**
 * The password of this folder's database, made on first use. Linked into place whole, so that of two
 * processes that make one at the same time both use the winner's.
 */
export async function readOrMakePassword(dataDir: string): Promise<string> {
  const { passwordFile } = layout(dataDir);
  const existing = await readIfPresent(passwordFile);
  if (existing !== undefined) return existing.trim();
  const draft = `${passwordFile}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true });
  try {
    await link(draft, passwordFile);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return (await readFile(passwordFile, 'utf8')).trim();
}

/**
 * Creates the database files when there are none. They are made aside and renamed into place, so a
 * folder never holds half a database: a crash leaves a staging folder, removed at the next start.
 * `how.lockFd` is the held folder lock, passed on so that an initdb that outlives us keeps it; `how.durable` waits for the disk.
 */
export async function initialiseCluster(
  dataDir: string,
  binaries: Binaries,
  identity: Identity,
  how: { password: string; durable: boolean; lockFd: number | undefined; signal?: AbortSignal },
): Promise<void> {
  const { password, lockFd, signal } = how;
  signal?.throwIfAborted();
  const { cluster } = layout(dataDir);
  if (lockFd !== undefined) await removeStaging(dataDir);
  const staging = path.join(dataDir, `${stagingPrefix}${randomBytes(6).toString('hex')}`);
  const passwordFile = path.join(staging, 'password');
  await mkdir(staging, { mode: 0o700 });
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (identity.owner) await own([passwordFile, staging], identity.owner);
    const { command, args, options } = identity.wrap(binaries.initdb, [
      `--pgdata=${path.join(staging, 'data')}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
      ...(how.durable ? [] : ['--no-sync']),
    ]);
    const initdb = run(command, args, {
      ...options,
      cwd: '/',
      env: serverEnvironment(),
      // As the server: Ctrl-C in the terminal reaches us, and we end it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', lockFd ?? 'ignore'],
      timeoutMs: 120_000,
      signal,
    });
    const result = await initdb.catch((error: unknown) => {
      throw new EmbeddedDatabaseUnavailable(
        `${binaries.initdb} cannot be run (${errorCode(error)}); on Linux it needs the GNU C library.`,
        { cause: error },
      );
    });
    signal?.throwIfAborted();
    if (result.code !== 0) throw new EmbeddedDatabaseUnavailable(`initdb failed: ${result.stderr.trim()}`);
    await rename(path.join(staging, 'data'), cluster).catch(async (error: unknown) => {
      // Without flock another process may have been faster; then its database is the one to use.
      if (!(await isInitialised(dataDir))) throw error;
    });
  } finally {
    // A process of an initdb that was interrupted may still write as it ends.
    await rm(staging, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

export async function isInitialised(dataDir: string): Promise<boolean> {
  return (await clusterVersion(dataDir)) !== undefined;
}

/** For who may not make one. Throws ConfigError. */
export async function assertInitialised(dataDir: string): Promise<void> {
  const there = await isInitialised(dataDir).catch((error: unknown) => {
    throw noDataDir(dataDir, error);
  });
  if (there) return;
  throw new ConfigError([
    `There is no database in ${dataDir} yet, and this command makes none: \`tallystick serve\` does, or \`tallystick ingest\`. ` +
      'If there is one elsewhere, name its folder with TALLYSTICK_DATA_DIR or its server with DATABASE_URL.',
  ]);
}

/** Refuses data of another major version, which PostgreSQL cannot read. */
export async function assertVersion(dataDir: string, binaries: Binaries): Promise<void> {
  const version = await clusterVersion(dataDir);
  if (version === binaries.major) return;
  throw new EmbeddedDatabaseUnavailable(
    `${layout(dataDir).cluster} was written by PostgreSQL ${version}, but this installation brings ${binaries.major}. ` +
      'Bring the data over with pg_upgrade, or start with an empty TALLYSTICK_DATA_DIR.',
  );
}

/** Hands the files to the user the server runs as, where an earlier start had chosen another. */
export async function ensureOwner(dataDir: string, identity: Identity): Promise<void> {
  const { owner } = identity;
  if (!owner) return;
  const { cluster } = layout(dataDir);
  if ((await stat(cluster)).uid === owner.uid) return;
  const below = await readdir(cluster, { recursive: true });
  // The top folder last: its owner says that all below it is done.
  await own([...below.map((name) => path.join(cluster, name)), cluster], owner);
}

/** The little that PostgreSQL needs to know; nothing of ours (such as webhook addresses) reaches its environment. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return { PATH, LC_ALL: 'C', TZ: 'UTC', ...(SystemRoot ? { SystemRoot } : {}) };
}

async function clusterVersion(dataDir: string): Promise<string | undefined> {
  return (await readIfPresent(path.join(layout(dataDir).cluster, 'PG_VERSION')))?.trim();
}

async function removeStaging(dataDir: string): Promise<void> {
  const left = (await readdir(dataDir)).filter((name) => name.startsWith(stagingPrefix));
  await Promise.all(left.map((name) => rm(path.join(dataDir, name), { recursive: true, force: true })));
}

async function own(files: string[], owner: { uid: number; gid: number }): Promise<void> {
  for (const file of files) {
    if ((await lstat(file)).isSymbolicLink()) continue;
    await chown(file, owner.uid, owner.gid);
  }
}

/** The text of a file, or undefined when there is no such file. */
export async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
