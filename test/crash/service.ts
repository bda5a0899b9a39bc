/** The real service as a process of its own, on a data folder that outlives it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../src/platform/database/embedded';
import { stopServer } from '../../src/platform/database/stop-server';
import { createLogger } from '../../src/platform/logging';
import { createPool } from '../../src/platform/pools';
import type { World } from '../../src/simulator';
import { type Rows, rowsOf } from '../laws/support/rows';
import { type Current, currentOf } from '../laws/support/current';

const MAIN = path.resolve(__dirname, '../../dist/cli/main.js');

export interface Running {
  child: ChildProcess;
  /** Where it serves; rejects when it ends before. */
  url: Promise<string>;
  ended: Promise<void>;
}

export class ServiceFolder {
  private readonly children: ChildProcess[] = [];

  private constructor(
    private readonly root: string,
    private readonly config: string,
  ) {}

  static async create(world: World): Promise<ServiceFolder> {
    if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: run "npm run build" first`);
    const root = await mkdtemp(path.join(tmpdir(), 'tallystick-kill-'));
    // Passable, so that a run as root can start the database as an ordinary user.
    await chmod(root, 0o711);
    const config = path.join(root, 'tallystick.json');
    const sources = world
      .sources()
      .map(({ startsAt, ...source }) => ({ ...source, startsAt: new Date(startsAt).toISOString() }));
    await writeFile(config, JSON.stringify({ sources }));
    return new ServiceFolder(root, config);
  }

  get dataDir(): string {
    return path.join(this.root, 'data');
  }

  serve(): Running {
    const child = this.spawn(['serve']);
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const url = new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const match = /serves at (http:\S+)/.exec(said);
        if (match?.[1]) resolve(match[1]);
      });
      child.once('close', (code) => reject(new Error(`the service ended (${code ?? 'killed'}): ${said}`)));
    });
    // Who kills it while it starts does not wait for it.
    url.catch(() => undefined);
    return { child, url, ended };
  }

  /** Runs a command to its end and answers what it printed; throws when it fails. */
  async command(...args: string[]): Promise<string> {
    const child = this.spawn(args);
    let [out, err] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`tallystick ${args.join(' ')} ended with ${String(code)}: ${out}${err}`);
    return out;
  }

  private spawn(args: string[]): ChildProcess {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.root,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: '0',
        LOG_LEVEL: 'warn',
        TALLYSTICK_DATA_DIR: this.dataDir,
        TALLYSTICK_CONFIG: this.config,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.children.push(child);
    return child;
  }

  /** What is in the database, while no service runs. */
  async look(): Promise<{ rows: Rows; current: Current; payloads: string[] }> {
    const database = await startEmbedded({ dataDir: this.dataDir, log: createLogger('error') });
    const pool = createPool({ url: database.url, name: 'look' });
    try {
      const { rows } = await pool.query<{ name: string }>(
        `SELECT source || ' ' || payload AS name FROM ledger.facts WHERE source <> 'tallystick' ORDER BY position`,
      );
      return {
        rows: await rowsOf(pool),
        current: await currentOf(pool),
        payloads: rows.map(({ name }) => name),
      };
    } finally {
      await pool.end();
      await database.stop();
    }
  }

  /** With whatever a failed test has left running. */
  async remove(): Promise<void> {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL');
    await stopServer(this.dataDir, 'immediate');
    await rm(this.root, { recursive: true, force: true });
  }
}
