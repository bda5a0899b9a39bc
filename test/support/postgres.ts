import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Client, type Pool } from 'pg';
import { ensureServer, serverUrl } from '../../src/platform/database/server';
import { migrate } from '../../src/platform/migrations/migrate';
import { createPool } from '../../src/platform/pools';
import { testFolderVariable } from './test-folder';

const template = 'template_migrated';
const templateLock = 7_420_900;

export interface TestDatabase {
  /** Connection string of a database of its own, migrated and empty. */
  url: string;
  pool: Pool;
  /** Closes the pool and drops the database, with whatever is still connected to it. */
  drop(): Promise<void>;
}

/** A migrated, empty database on real PostgreSQL, cloned from a template in some tens of milliseconds. */
export async function freshDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  const admin = new Client({ connectionString: serverUrl(server, 'postgres') });
  await admin.connect();
  const name = `test_${randomBytes(6).toString('hex')}`;
  try {
    await ensureTemplate(admin, serverUrl(server, template));
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await admin.end();
  }
  const url = serverUrl(server, name);
  const pool = createPool({ url, name: 'test' });
  return {
    url,
    pool,
    async drop() {
      await pool.end();
      await runOn(serverUrl(server, 'postgres'), `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

function testServer() {
  const folder = process.env[testFolderVariable];
  if (!folder)
    throw new Error(`${testFolderVariable} is not set: run this through jest, whose global setup sets it.`);
  return ensureServer({
    dataDir: path.join(folder, 'data'),
    log: { debug: ignore, info: ignore, warn: ignore },
    // The files are thrown away at the end of the run; a power cut may have them.
    settings: { fsync: 'off', full_page_writes: 'off', shared_buffers: '128MB', max_connections: '200' },
  });
}

/** Made by whichever worker comes first; the others wait. Renamed into place, so that a half-made one is never cloned. */
async function ensureTemplate(admin: Client, templateUrl: string): Promise<void> {
  const draft = `${template}_draft`;
  await admin.query('SELECT pg_advisory_lock($1)', [templateLock]);
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [template]);
  if (rowCount === 0) {
    await admin.query(`DROP DATABASE IF EXISTS ${draft}`);
    await admin.query(`CREATE DATABASE ${draft}`);
    await migrate(templateUrl.replace(template, draft));
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
  }
  await admin.query('SELECT pg_advisory_unlock($1)', [templateLock]);
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function ignore(): void {
  return;
}
