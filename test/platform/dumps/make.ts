/**
 * `npm run dump:release` writes `<version>.sql` beside this file: a small installation as this version leaves it, for the test
 * that every later version starts on it. Once for each release; what has been written is never changed.
 */
import 'reflect-metadata';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { defaultPolicy } from '../../../src/domain/policy';
import { readJson } from '../../../src/domain/sources/json';
import { kindFor } from '../../../src/domain/sources/registry';
import { proposer } from '../../../src/ingest/proposals';
import { createPostgresLedger } from '../../../src/ledger/postgres';
import { startEmbedded } from '../../../src/platform/database/embedded';
import { createLogger } from '../../../src/platform/logging';
import { migrate } from '../../../src/platform/migrations/migrate';
import { dumpSchema } from '../../../src/platform/migrations/schema-dump';
import { createPool } from '../../../src/platform/pools';
import { LiveRunner } from '../../../src/projections/live';
import { CurrentSettings } from '../../../src/projections/settings';
import { SourceBook } from '../../../src/projections/sources';
import { createWorld, everyFault } from '../../../src/simulator';

const FACTS = 60;

const TABLES = `
  SELECT c.oid::regclass::text AS name,
         (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
           WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
         (SELECT string_agg(format('quote_nullable(%I::text)', attname), $$ || ', ' || $$ ORDER BY attnum) FROM pg_attribute
           WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS texts
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND n.nspname IN ('app', 'ledger', 'live') ORDER BY 1`;

const SEQUENCES = `
  SELECT format('SELECT setval(%L, %s);', format('%I.%I', schemaname, sequencename), last_value) AS sql
    FROM pg_sequences WHERE last_value IS NOT NULL ORDER BY 1`;

async function rowsAsSql(pool: Pool): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string; columns: string; texts: string }>(TABLES);
  const lines = ['SET session_replication_role = replica;'];
  for (const { name, columns, texts } of tables) {
    const { rows } = await pool.query<{ row: string }>(
      `SELECT ${texts} AS row FROM ${name} t ORDER BY t::text`,
    );
    for (const { row } of rows)
      lines.push(`INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE VALUES (${row});`);
  }
  const { rows } = await pool.query<{ sql: string }>(SEQUENCES);
  return [...lines, ...rows.map(({ sql }) => sql), 'RESET session_replication_role;', ''].join('\n');
}

async function live(pool: Pool): Promise<void> {
  const log = createLogger('error');
  const ledger = await createPostgresLedger({ pool, logger: log });
  const sources = new SourceBook(pool, ledger);
  const world = createWorld({
    seed: 1,
    orders: 3,
    faults: everyFault(1),
    startAt: Date.UTC(2026, 10, 16, 4),
  });
  for (const { name, kind, timeZone, legalEntity, startsAt } of world.sources())
    await sources.configure(
      { name, kind, timeZone, legalEntity, startsAt, expectedIntervalSeconds: null },
      'dump',
    );
  const told = [...world.messages()].filter(({ type }) => type !== 'PriceList').slice(-FACTS);
  for (const { source, body } of told) {
    const settings = sources.get(source);
    const kind = settings && kindFor(settings);
    if (!kind) throw new Error(`${source} is not configured`);
    await ledger.append([proposer(settings, kind, 'dump').message(body, readJson(body) as object)]);
  }
  const settings = new CurrentSettings(defaultPolicy, sources);
  const runner = new LiveRunner({ pool, ledger, settings, sources, log });
  while (await runner.step());
  await ledger.close();
}

async function main(): Promise<void> {
  const { version } = JSON.parse(await readFile(path.join(__dirname, '../../../package.json'), 'utf8')) as {
    version: string;
  };
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tallystick-dump-'));
  const database = await startEmbedded({ dataDir, log: createLogger('error'), label: 'dump' });
  const pool = createPool({ url: database.url, name: 'dump' });
  try {
    await migrate(database.url);
    await live(pool);
    const sql = `${await dumpSchema(database.url)}\n${await rowsAsSql(pool)}`;
    await writeFile(path.join(__dirname, `${version}.sql`), sql, { flag: 'wx' });
  } finally {
    await pool.end();
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

void main();
