/** The command line as processes of its own, on a house's database. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Policy } from '../../src/domain/policy';
import type { House } from '../laws/support/house';

const MAIN = path.resolve(__dirname, '../../dist/cli/main.js');

export interface Command {
  child: ChildProcess;
  ended: Promise<void>;
}

export class Commands {
  private constructor(
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Each policy is a file of its name. */
  static async on({ url }: House, policies: Record<string, Policy>): Promise<Commands> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tallystick-kill-replay-'));
    const config = path.join(folder, 'tallystick.json');
    await writeFile(config, '{}');
    for (const [name, policy] of Object.entries(policies))
      await writeFile(path.join(folder, `${name}.json`), JSON.stringify(policy));
    const { PATH, HOME } = process.env;
    const own = { DATABASE_URL: url, TALLYSTICK_CONFIG: config, TALLYSTICK_DATA_DIR: folder };
    return new Commands(folder, { PATH, HOME, LOG_LEVEL: 'warn', ...own });
  }

  run(...args: string[]): Command {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: this.env,
      stdio: 'ignore',
    });
    return { child, ended: new Promise((resolve) => child.once('close', () => resolve())) };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

/** Asks until it is so: a process that starts on a busy machine takes longer than what `settled` waits for. */
export async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await delay(50);
}
