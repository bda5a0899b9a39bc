import { closeSync, openSync } from 'node:fs';
import { errorCode } from './errors';
import { run } from './run';

/**
 * A kernel lock on a file, held by an open file description: whoever inherits `fd` holds it too, and it
 * ends with the last of them. The server inherits it, so "free" proves that no server of this folder
 * lives, also in another process namespace, where the number in a pid file would say nothing.
 */
export interface FolderLock {
  fd: number;
  /** Closes our copy; a process that inherited it keeps the lock. */
  release(): void;
}

/** Takes the lock without waiting. `unsupported`: this system has no flock program (macOS, Windows). */
export async function tryFolderLock(file: string): Promise<FolderLock | 'held' | 'unsupported'> {
  const fd = openSync(file, 'a', 0o600);
  const release = (): void => closeSync(fd);
  try {
    // Node has no flock call; the program locks our file description by its inherited number.
    const { code, stderr } = await run('flock', ['-x', '-n', '3'], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
      timeoutMs: 5_000,
    });
    if (code === 0) return { fd, release };
    release();
    if (code === 1) return 'held';
    throw new Error(`flock on ${file} failed: ${stderr.trim() || `exit code ${code}`}`);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    release();
    return 'unsupported';
  }
}
