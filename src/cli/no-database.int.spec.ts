/** Commands on a machine that has no database yet, and where none can be made. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { freshDatabase } from '../../test/support/postgres';
import { runClusters } from './clusters';
import { runDemo } from './demo';
import { runDigest } from './digest';
import { runDrifts } from './drifts';
import { runDiff, runList } from './generations';
import { runImportStatus } from './import';
import { runIngest } from './ingest';
import { runMappingHistory } from './mapping';
import { runShowPolicy } from './policy';
import { runReplay } from './replay';
import { runServe } from './serve';
import { runTrail } from './trail';
import { runVerify } from './verify';

const VARIABLES = ['TALLYSTICK_DATA_DIR', 'DATABASE_URL', 'PORT'] as const;
const json = false;
const reading: [string, () => Promise<unknown>][] = [
  ['drifts', () => runDrifts({ json })],
  ['clusters', () => runClusters({ json })],
  ['digest', () => runDigest({ json })],
  ['trail', () => runTrail('SO1', { json })],
  ['verify', () => runVerify({ json })],
  ['generations list', () => runList({ json })],
  ['generations diff', () => runDiff('1', { json, csv: false, ndjson: false, section: 'drifts' })],
  ['import status', () => runImportStatus({ json })],
  ['mapping history', () => runMappingHistory(undefined, { json })],
  ['policy show', () => runShowPolicy({ json, draft: false })],
  ['replay', () => runReplay({ json })],
];

let folder: string;
let dataDir: string;
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tallystick-none-'));
  dataDir = path.join(folder, 'data');
  Object.assign(process.env, { TALLYSTICK_DATA_DIR: dataDir, DATABASE_URL: '', PORT: '0' });
});
afterEach(async () => {
  for (const name of VARIABLES) {
    if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before[name];
  }
  await rm(folder, { recursive: true });
});

describe.each(reading)('%s', (_name, run) => {
  it('makes no database where there is none, and says so', async () => {
    await expect(run()).rejects.toThrow(`There is no database in ${dataDir} yet`);
    expect(existsSync(dataDir)).toBe(false);
  });
});

it('what only reads makes no tables in an empty database', async () => {
  const database = await freshDatabase();
  try {
    await database.pool.query('DROP SCHEMA app CASCADE; DROP SCHEMA ledger CASCADE');
    process.env['DATABASE_URL'] = database.url;
    await expect(runDrifts({ json })).rejects.toThrow('has no tables of Tallystick yet');
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rowCount } = await client.query(`SELECT FROM pg_namespace WHERE nspname IN ('app', 'ledger')`);
    await client.end();
    expect(rowCount).toBe(0);
    expect(existsSync(dataDir)).toBe(false);
  } finally {
    await database.drop();
  }
});

const filled: [string, () => Promise<unknown>][] = [
  ['serve', () => runServe()],
  ['ingest', () => runIngest({ source: 'prima', file: '-', json })],
  ['demo', () => runDemo({ once: true, orders: 100_000, seed: 1 })],
];

it.each(filled)('%s names the variable of a data folder that cannot be made', async (_name, run) => {
  const file = path.join(folder, 'file');
  await writeFile(file, '');
  const silence = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    for (const [place, why] of [
      [path.join(file, 'data'), 'a part of its path is a file'],
      [file, 'a file is in its place'],
      ['/proc/tallystick', 'a folder above it is not there'],
    ] as const) {
      process.env['TALLYSTICK_DATA_DIR'] = place;
      await expect(run()).rejects.toThrow(`environment: TALLYSTICK_DATA_DIR: the folder ${place}`);
      await expect(run()).rejects.toThrow(why);
    }
  } finally {
    silence.mockRestore();
  }
});
