import { spawn, type SpawnOptions } from 'node:child_process';

export interface RunResult {
  /** Exit code; -1 when a signal or the time limit ended the program. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a short program to its end, bounded in time; `signal` asks it to end early, and is waited for all the same. Rejects only when it cannot be spawned at all (`ENOENT`, `EACCES`, …). */
export function run(
  command: string,
  args: string[],
  options: SpawnOptions & { timeoutMs: number },
): Promise<RunResult> {
  const { timeoutMs, signal, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...spawnOptions,
      timeout: timeoutMs,
    });
    const end = (): void => void child.kill();
    signal?.addEventListener('abort', end, { once: true });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      resolve({ code: code ?? -1, stdout, stderr });
    });
  });
}
