import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface TestProcess {
  child: ChildProcess;
  /** The next line of JSON that the process writes to standard output. Rejects, with what it said, when it ends first. */
  next(): Promise<Record<string, unknown>>;
  send(command: string): void;
  /** Waits for the end; the exit code, or the name of the signal. */
  ended: Promise<number | NodeJS.Signals>;
}

/** Starts a TypeScript file as a process of its own: for what only real processes show, such as being killed. */
export function startProcess(file: string, args: string[], env: Record<string, string> = {}): TestProcess {
  const child = spawn(process.execPath, ['-r', path.join(__dirname, 'typescript.js'), file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
  const lines: AsyncIterator<string> = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? 0));
  });
  return {
    child,
    ended,
    async next() {
      const line: IteratorResult<string> = await lines.next();
      if (line.done)
        throw new Error(`The process ended (${await ended}) without a further line: ${complaint}`);
      return JSON.parse(line.value) as Record<string, unknown>;
    },
    send: (command) => void child.stdin.write(`${command}\n`),
  };
}
