import { setTimeout as delay } from 'node:timers/promises';
import { layout } from './cluster';
import { errorCode } from './errors';
import { tryFolderLock } from './folder-lock';
import { type Postmaster, readPostmaster, serverLives } from './postmaster';

const pollMs = 20;

/**
 * Stops the server of this folder and waits until none of its processes is left.
 * @param how fast: ends sessions and writes a checkpoint; immediate: as a power cut, for data that is thrown away.
 */
export async function stopServer(dataDir: string, how: 'fast' | 'immediate' = 'fast'): Promise<void> {
  const server = await readPostmaster(dataDir);
  if (!server || (await isGone(dataDir, server))) return;
  const steps: [NodeJS.Signals, number][] = [
    ...(how === 'fast' ? ([['SIGINT', 60_000]] as [NodeJS.Signals, number][]) : []),
    ['SIGQUIT', 10_000],
    ['SIGKILL', 10_000],
  ];
  for (const [signal, limitMs] of steps) {
    if (!send(server.pid, signal) || (await ends(dataDir, server, limitMs))) return;
  }
  throw new Error(`PostgreSQL (process ${server.pid}) of ${dataDir} did not stop.`);
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

async function ends(dataDir: string, server: Postmaster, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    if (await isGone(dataDir, server)) return true;
    await delay(pollMs);
  }
  return false;
}

async function isGone(dataDir: string, server: Postmaster): Promise<boolean> {
  const lock = await tryFolderLock(layout(dataDir).lockFile);
  try {
    return !(await serverLives(lock, dataDir, server));
  } finally {
    if (typeof lock === 'object') lock.release();
  }
}
