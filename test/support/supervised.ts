import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { settled } from './settled';

const MAIN = path.resolve(__dirname, '../../dist/cli/main.js');

/** The service as a process that is started again when it ends, as whatever runs services does. */
export class Supervised {
  killed = 0;
  private child: ChildProcess;
  private ending = false;
  private address: string | null = null;

  constructor(private readonly env: NodeJS.ProcessEnv) {
    this.child = this.start();
  }

  /** Where it serves at this moment; null while it starts. */
  get url(): string | null {
    return this.address;
  }

  kill(): void {
    this.address = null;
    this.child.kill('SIGKILL');
  }

  /** Asks it to end, as an upgrade does; it is started again. Answers its exit code. */
  async restart(): Promise<number | null> {
    this.address = null;
    const ended = new Promise<number | null>((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    return ended;
  }

  /** Once it serves: before, a signal ends it as it ends any process. */
  async stop(): Promise<number | null> {
    await settled(() => Promise.resolve(this.address !== null));
    this.ending = true;
    const ended = new Promise<number | null>((resolve) => this.child.once('close', resolve));
    const asked = performance.now();
    this.child.kill('SIGTERM');
    const code = await ended;
    const tookMs = performance.now() - asked;
    if (tookMs > 10_000) throw new Error(`a process took ${Math.round(tookMs)} ms to end`);
    return code;
  }

  discard(): void {
    this.ending = true;
    this.child.kill('SIGKILL');
  }

  private start(): ChildProcess {
    this.address = null;
    let said = '';
    const child = spawn(process.execPath, [MAIN, 'serve'], {
      env: this.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (this.address !== null) return;
      said += text;
      this.address = /serves at (http:\S+)/.exec(said)?.[1] ?? null;
    });
    child.once('close', (_, signal) => {
      if (signal === 'SIGKILL') this.killed += 1;
      if (!this.ending) setTimeout(() => !this.ending && (this.child = this.start()), 200);
    });
    return child;
  }
}
