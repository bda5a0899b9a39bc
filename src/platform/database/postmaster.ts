import { layout, readIfPresent } from './cluster';
import { errorCode } from './errors';

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

export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
