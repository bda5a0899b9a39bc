import { readlink, realpath } from 'node:fs/promises';
import { layout, readIfPresent } from './cluster';
import { errorCode } from './errors';
import type { FolderLock } from './folder-lock';

/** What a running PostgreSQL says of itself in postmaster.pid. */
export interface Postmaster {
  pid: number;
  port: number;
  /** True once it accepts connections; false while it starts, recovers or stops. */
  ready: boolean;
}

/** Reads postmaster.pid. Undefined when there is none, or it is still being written. That the process lives is not checked. */
export async function readPostmaster(dataDir: string): Promise<Postmaster | undefined> {
  const text = await readIfPresent(layout(dataDir).pidFile);
  const lines = text?.split('\n') ?? [];
  // Lines, by PostgreSQL's pidfile.h: pid, data directory, start time, port, socket folder, address, shared memory, status.
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 1 || !Number.isInteger(port) || port <= 0) return undefined;
  return { pid, port, ready: lines[7]?.trim() === 'ready' };
}

/**
 * Whether a server of this folder lives. A held lock says yes. A free one says no, unless the server was started where the
 * flock program was not found: then, and where there is no such program, the process named in postmaster.pid is looked at.
 */
export async function serverLives(
  lock: FolderLock | 'held' | 'unsupported',
  dataDir: string,
  server: Postmaster | undefined,
): Promise<boolean> {
  if (lock === 'held') return true;
  if (!server || !processExists(server.pid)) return false;
  return (await worksIn(server.pid, layout(dataDir).cluster)) ?? lock === 'unsupported';
}

/** PostgreSQL works in its data folder, a stranger with its old pid does not. Undefined where the system does not tell. */
async function worksIn(pid: number, folder: string): Promise<boolean | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder));
  } catch (error) {
    // A process that has just ended has no folder any more; that of another user may be closed to us.
    return errorCode(error) === 'ENOENT' ? false : undefined;
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
