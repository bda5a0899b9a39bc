/** The service as a process that is asked, or made, to end while it starts. Needs `npm run build`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { settled } from '../../test/support/settled';
import { startEmbedded } from '../platform/database/embedded';
import { tryFolderLock } from '../platform/database/folder-lock';
import { readPostmaster, serverLives } from '../platform/database/postmaster';
import { stopServer } from '../platform/database/stop-server';
import { createLogger } from '../platform/logging';

const MAIN = path.resolve(__dirname, '../../dist/cli/main.js');

let folder: string;
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: run "npm run build" first`);
  folder = await mkdtemp(path.join(tmpdir(), 'tallystick-start-'));
  await chmod(folder, 0o711);
  dataDir = path.join(folder, 'data');
});
afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  if (existsSync(dataDir)) await stopServer(dataDir, 'immediate');
  await rm(folder, { recursive: true, force: true, maxRetries: 20 });
});

interface Started {
  child: ChildProcess;
  said(): string;
  /** The address, once it has said so. */
  address(): string | undefined;
  ended: Promise<number | NodeJS.Signals>;
}

function run(args: string[], env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn', TALLYSTICK_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, as a terminal gives it.
    detached: true,
  });
  children.push(child);
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? 0));
  });
  return { child, ended, said: () => told, address: () => /(http:\/\/\S+)/.exec(told)?.[1] };
}

const inFolder = async (name: RegExp): Promise<boolean> =>
  existsSync(dataDir) && (await readdir(dataDir)).some((each) => name.test(each));

/** Looked for often, because it passes; and for long, because initdb takes its time on a busy machine. */
const atOnce = { everyMs: 1, limitMs: 90_000 };

/** What shows that a start has come so far. */
const moments: [string, (process: Started) => Promise<boolean>][] = [
  ['its data folder is made', () => inFolder(/postgres\.password$/)],
  ['initdb works', () => inFolder(/^postgres\.new-/)],
  ['its database is initialised', () => inFolder(/^postgres$/)],
  ['PostgreSQL starts', async () => (await readPostmaster(dataDir)) !== undefined],
  ['PostgreSQL accepts connections', async () => (await readPostmaster(dataDir))?.ready === true],
  ['it serves', (process) => Promise.resolve(process.said().includes('serves at'))],
];

async function nothingIsLeft(): Promise<void> {
  const lock = await tryFolderLock(path.join(dataDir, 'postgres.lock'));
  try {
    expect(await serverLives(lock, dataDir, await readPostmaster(dataDir))).toBe(false);
  } finally {
    if (typeof lock === 'object') lock.release();
  }
  expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-'))).toEqual([]);
}

describe('asked to end while it starts', () => {
  const both = moments.map(([name, reached], index) => {
    // Every moment once: by turns as a service manager asks, and as Ctrl-C in a terminal does, which reaches all of the group.
    return [index % 2 === 0 ? 'SIGTERM' : 'Ctrl-C', name, reached] as const;
  });

  it.each(both)('%s when %s: no PostgreSQL stays behind', async (how, _name, reached) => {
    const service = run(['serve']);
    await settled(() => reached(service), atOnce);
    if (how === 'SIGTERM') service.child.kill('SIGTERM');
    else process.kill(-service.child.pid!, 'SIGINT');
    expect(await service.ended).toBe(0);
    await nothingIsLeft();
  });
});

it.each([moments[1]!, moments[3]!])(
  'kill -9 of serve when %s: the next start takes over, and leaves nothing',
  async (_name, reached) => {
    const killed = run(['serve']);
    await settled(() => reached(killed), atOnce);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const heir = await startEmbedded({ dataDir, log: createLogger('silent') });
    await heir.stop();
    await nothingIsLeft();
  },
);

it('a signal while a command works ends it, and its PostgreSQL', async () => {
  const database = await startEmbedded({ dataDir, log: createLogger('silent') });
  await database.stop();
  const command = run(['mapping', 'history']);
  await settled(async () => (await readPostmaster(dataDir))?.ready === true, atOnce);
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(143);
  expect(command.said()).toContain('interrupted');
  await nothingIsLeft();
});

describe('while the database does not answer', () => {
  it('it lives, is not ready, refuses the rest for a moment, and ends when it is asked to', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const service = run(['serve'], { DATABASE_URL: `postgres://me:hunter2@127.0.0.1:${port}/tally` });
      await settled(() => Promise.resolve(service.address() !== undefined));
      const ask = (at: string, init?: RequestInit) => fetch(new URL(at, service.address()), init);
      const live = await ask('/health/live');
      expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }]);
      const refusals = await Promise.all([
        ask('/health/ready'),
        ask('/v1/drifts'),
        ask('/v1/sources/prima/facts', { method: 'POST', body: 'x'.repeat(1_000_000) }),
      ]);
      for (const refusal of refusals) {
        expect([refusal.status, refusal.headers.get('retry-after')]).toEqual([503, '1']);
        expect(await refusal.json()).toMatchObject({
          code: 'not-ready',
          detail: expect.stringContaining('It connects to the database') as unknown,
        });
      }
      service.child.kill('SIGTERM');
      expect(await service.ended).toBe(0);
      expect(service.said()).not.toContain('hunter2');
    } finally {
      silent.close();
    }
  });

  it('a port that is taken ends it with a sentence, before anything is started', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const { port } = taken.address() as AddressInfo;
      const service = run(['serve'], { PORT: String(port) });
      expect([await service.ended, service.said()]).toEqual([
        1,
        expect.stringMatching(`^Port ${port} is in use`),
      ]);
      expect(existsSync(dataDir)).toBe(false);
    } finally {
      taken.close();
    }
  });
});
