import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { startProcess, type TestProcess } from '../../../test/support/process';
import { retryWhileAway } from '../pools';
import { type EmbeddedDatabase, startEmbedded } from './embedded';
import { DataFolderInUse } from './errors';
import { readPostmaster } from './postmaster';
import { stopServer } from './stop-server';

const program = path.join(__dirname, '../../../test/support/embedded-process.ts');
const ignore = (): void => undefined;
const log = { debug: ignore, info: ignore, warn: ignore };

let folder: string;
let dataDir: string;
const started: TestProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tallystick-embedded-'));
  await chmod(folder, 0o711);
  dataDir = path.join(folder, 'data');
});
afterEach(async () => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
  await stopServer(dataDir, 'immediate');
  await rm(folder, { recursive: true, force: true });
});

const start = (mode: 'owner' | 'guest' = 'owner'): Promise<EmbeddedDatabase> =>
  startEmbedded({ dataDir, log, mode, settings: { fsync: 'off' } });

function startElsewhere(mode = 'owner', env: Record<string, string> = {}): TestProcess {
  const process = startProcess(program, [dataDir, mode], env);
  started.push(process);
  return process;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', ignore);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>({ text: sql })).rows.map(
      (row) => Object.values(row)[0],
    );
  } finally {
    await client.end();
  }
}

describe('the embedded database', () => {
  it('keeps its data from one start to the next, and leaves no server behind', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(await readPostmaster(dataDir)).toBeUndefined();

    const second = await start();
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([42]);
    await second.stop();
  });

  it('listens on loopback alone, wants its password, and sorts bytes', async () => {
    const database = await start();
    const shown = (name: string): Promise<unknown[]> => query(database.url, `SHOW ${name}`);
    expect(await shown('listen_addresses')).toEqual(['127.0.0.1']);
    expect(await shown('unix_socket_directories')).toEqual(['']);
    expect(await shown('server_encoding')).toEqual(['UTF8']);
    expect(
      await query(database.url, 'SELECT datcollate FROM pg_database WHERE datname = current_database()'),
    ).toEqual(['C']);

    const wrong = new URL(database.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(path.join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
    await database.stop();
  });

  it('may be stopped twice', async () => {
    const database = await start();
    await Promise.all([database.stop(), database.stop()]);
    await database.stop();
  });
});

describe('after kill -9', () => {
  it('of the service, the next start takes over the server that still runs, and stops it', async () => {
    const killed = startElsewhere();
    const { port } = await killed.next();
    const server = (await readPostmaster(dataDir))!;
    killed.child.kill('SIGKILL');
    await killed.ended;

    const heir = await start();
    expect(heir).toMatchObject({ port, owner: true });
    expect((await readPostmaster(dataDir))!.pid).toBe(server.pid);
    await heir.stop();
    expect(await readPostmaster(dataDir)).toBeUndefined();
  });

  it('of service and server, the next start recovers', async () => {
    const killed = startElsewhere();
    const { url } = await killed.next();
    await query(String(url), 'CREATE TABLE kept AS SELECT 42 AS answer');
    const server = (await readPostmaster(dataDir))!;
    killed.child.kill('SIGKILL');
    process.kill(server.pid, 'SIGKILL');
    await killed.ended;

    const heir = await start();
    expect(await query(heir.url, 'SELECT answer FROM kept')).toEqual([42]);
    await heir.stop();
  });

  it('a pid file that names a stranger by now is not believed', async () => {
    const first = await start();
    await first.stop();
    // This process lives, and is no PostgreSQL.
    const lines = [
      process.pid,
      path.join(dataDir, 'postgres'),
      1,
      first.port,
      '',
      '127.0.0.1',
      '',
      'ready   ',
    ];
    await writeFile(path.join(dataDir, 'postgres', 'postmaster.pid'), `${lines.join('\n')}\n`);

    const second = await start();
    expect(second.owner).toBe(true);
    await second.stop();
  });

  it('of the server alone, the owner starts it again at the same address', async () => {
    const database = await start();
    await query(database.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill((await readPostmaster(dataDir))!.pid, 'SIGKILL');
    expect(await retryWhileAway(() => query(database.url, 'SELECT answer FROM kept'))).toEqual([42]);

    // It is owned again as well: nobody else gets in, and it is stopped at the end.
    await expect(start()).rejects.toBeInstanceOf(DataFolderInUse);
    await database.stop();
    expect(await readPostmaster(dataDir)).toBeUndefined();
  });
});

describe('a folder that is in use', () => {
  it('is refused to a second service, which says where and what to do', async () => {
    const database = await start();
    const second = startElsewhere();
    expect(await second.next()).toEqual({
      code: 'data-folder-in-use',
      message: expect.stringMatching(
        `${dataDir} is in use .*process ${process.pid} .*TALLYSTICK_DATA_DIR.*DATABASE_URL`,
      ) as string,
    });
    expect(await query(database.url, 'SELECT 1')).toEqual([1]);
    await database.stop();
  });

  it('serves a guest, who leaves it as it was', async () => {
    const database = await start();
    const guest = await start('guest');
    expect(guest).toMatchObject({ owner: false, port: database.port });
    await guest.stop();
    expect(await query(database.url, 'SELECT 1')).toEqual([1]);
    await database.stop();
  });

  it('is owned by a guest where nobody does', async () => {
    const guest = await start('guest');
    expect(guest.owner).toBe(true);
    await guest.stop();
    expect(await readPostmaster(dataDir)).toBeUndefined();
  });

  it('goes to one of three that start at once on an empty folder, and nothing is left of the others', async () => {
    const processes = [startElsewhere(), startElsewhere(), startElsewhere()];
    const answers = await Promise.all(processes.map((process) => process.next()));
    const refused = answers.filter((answer) => answer.code === 'data-folder-in-use');
    const [owner] = answers.filter((answer) => answer.owner === true);
    expect(refused).toHaveLength(2);
    expect(await query(String(owner?.url), 'SELECT current_database()')).toEqual(['tallystick']);
    expect((await readdir(dataDir)).sort()).toEqual([
      'postgres',
      'postgres.lock',
      'postgres.log',
      'postgres.password',
    ]);

    const winner = processes[answers.findIndex((answer) => answer.owner === true)];
    winner?.send('stop');
    expect(await winner?.next()).toEqual({ stopped: true });
  });

  it('forgets a database that was left half-made', async () => {
    const half = path.join(dataDir, 'postgres.new-0123456789ab');
    await mkdir(path.join(half, 'data'), { recursive: true });
    const database = await start();
    expect(await readdir(dataDir)).not.toContain(path.basename(half));
    await database.stop();
  });
});

/** A search path on which only these programs are found: a system that lacks the others. */
async function onlyPrograms(...names: string[]): Promise<{ PATH: string }> {
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  for (const name of names) {
    const found = (process.env.PATH ?? '').split(path.delimiter).map((place) => path.join(place, name));
    await symlink(found.find((file) => existsSync(file)) ?? name, path.join(bin, name));
  }
  return { PATH: bin };
}

describe('without the flock program', () => {
  it('PostgreSQL sees to it by its own means that of two that start at once one gets the folder', async () => {
    const env = await onlyPrograms('sh', 'id', 'unshare', 'setpriv');
    const answers = await Promise.all([
      startElsewhere('owner', env).next(),
      startElsewhere('owner', env).next(),
    ]);
    expect(answers.map((answer) => answer.code ?? answer.owner)).toEqual(
      expect.arrayContaining([true, 'data-folder-in-use']),
    );
    // Nor does one that has the program take it for dead.
    await expect(start()).rejects.toBeInstanceOf(DataFolderInUse);
  });
});

describe('a folder that cannot be used', () => {
  it('is named, with the remedy', async () => {
    await writeFile(dataDir, 'a file where the folder should be');
    await expect(start()).rejects.toThrow(
      /TALLYSTICK_DATA_DIR: the folder .* \(a file is in its place, EEXIST\)/,
    );
    await rm(dataDir);
  });

  it('because another major version of PostgreSQL wrote it, is left as it is', async () => {
    const version = path.join(dataDir, 'postgres', 'PG_VERSION');
    await mkdir(path.dirname(version), { recursive: true });
    await writeFile(version, '11\n');
    await expect(start()).rejects.toThrow(/written by PostgreSQL 11.*pg_upgrade/);
    expect(await readdir(path.dirname(version))).toEqual(['PG_VERSION']);
  });
});

const asRoot = process.getuid?.() === 0 ? it : it.skip;

describe('in a folder that is closed to all but root', () => {
  asRoot('(only root can try) PostgreSQL runs, though not as root', async () => {
    await chmod(folder, 0o700);
    const database = await start();
    expect(await query(database.url, 'SELECT 1')).toEqual([1]);
    await database.stop();
  });

  asRoot('(only root can try) data of an open folder stay usable after it was closed', async () => {
    const before = await start();
    await query(before.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await before.stop();
    await chmod(folder, 0o700);
    const after = await start();
    expect(await query(after.url, 'SELECT answer FROM kept')).toEqual([42]);
    await after.stop();
  });

  asRoot('(only root can try) without user namespaces, one capability does', async () => {
    await chmod(folder, 0o700);
    const elsewhere = startElsewhere('owner', await onlyPrograms('sh', 'id', 'flock', 'setpriv'));
    expect(await elsewhere.next()).toMatchObject({ owner: true });
    elsewhere.send('stop');
    expect(await elsewhere.next()).toEqual({ stopped: true });
  });

  asRoot('(only root can try) without any way it says why and what to do', async () => {
    await chmod(folder, 0o700);
    const elsewhere = startElsewhere('owner', await onlyPrograms('sh', 'id', 'flock'));
    expect(await elsewhere.next()).toEqual({
      code: 'embedded-database-unavailable',
      message: expect.stringMatching(/as root.*unprivileged user.*DATABASE_URL/) as string,
    });
  });
});
