import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from 'pg';
import { freshDatabase } from '../../../test/support/postgres';
import type { TestDatabase } from '../../../test/support/postgres';
import { proposal, proposals, range } from '../contract/proposals';
import type { Ledger } from '../port';
import { createPostgresLedger } from './index';
import type { PostgresLedgerOptions } from './index';
import { tamperWith } from './tamper.fixture';
import { WriterConnection } from './writer-connection';

const logger = { info: () => undefined, warn: () => undefined };

describe('ledger on PostgreSQL, apart from the contract', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let folder: string;
  const opened: Ledger[] = [];
  const open = async (options: Partial<PostgresLedgerOptions> = {}): Promise<Ledger> => {
    const another = await createPostgresLedger({ pool: database.pool, logger, ...options });
    opened.push(another);
    return another;
  };
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ledger-'));
    database = await freshDatabase();
    ledger = await open();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const refused = ['facts', 'blocks'].flatMap((table) => [
    `UPDATE ledger.${table} SET ${table === 'facts' ? 'payload' : 'hash'} = NULL`,
    `DELETE FROM ledger.${table}`,
    `TRUNCATE ledger.${table}`,
    `TRUNCATE ledger.${table} CASCADE`,
  ]);
  it.each(refused)('the database refuses %s, also from a replication role', async (statement) => {
    await ledger.append(proposals(2));
    const refusal = { code: '42501', message: expect.stringContaining('is append-only') as string };
    await expect(database.pool.query(statement)).rejects.toMatchObject(refusal);
    const client = await database.pool.connect();
    try {
      await client.query('SET session_replication_role = replica');
      await expect(client.query(statement)).rejects.toMatchObject(refusal);
    } finally {
      client.release(true);
    }
    expect(await ledger.verify()).toMatchObject({ ok: true, position: 2 });
  });

  it('keeps text as text and other bytes as bytea', async () => {
    await ledger.append([proposal(1), proposal(2, { payload: Buffer.from([0]) })]);
    const { rows } = await database.pool.query(
      'SELECT payload IS NOT NULL AS text, payload_raw IS NOT NULL AS raw FROM ledger.facts ORDER BY position',
    );
    expect(rows).toEqual([
      { text: true, raw: false },
      { text: false, raw: true },
    ]);
  });

  it('writes small and large blocks to the same effect', async () => {
    await ledger.append(proposals(100));
    await ledger.append(proposals(1_000, 100));
    const { rows } = await database.pool.query<{ hash: Buffer; again: Buffer }>(
      `SELECT hash, ledger.block_hash(version, previous_hash, first_position, count, recorded_at, merkle_root) AS again
         FROM ledger.blocks`,
    );
    expect(rows).toHaveLength(2);
    for (const { hash, again } of rows) expect(hash).toEqual(again);
    expect(await ledger.verify()).toMatchObject({ ok: true });
  });

  it('looks repeats up through the index, whatever the planner believes of the table', async () => {
    const writer = new WriterConnection({ connectionString: database.url }, logger);
    const client: Client = await writer.get();
    try {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN SELECT f.position FROM unnest($1::bytea[]) i (identity) JOIN ledger.facts f ON f.identity = i.identity`,
        [[Buffer.alloc(32)]],
      );
      expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('facts_identity_key');
    } finally {
      await writer.close();
    }
  });

  it('keeps checkpoints outside the database, and compares with them', async () => {
    const checkpointFile = path.join(folder, 'checkpoints.ndjson');
    const kept = await open({ checkpointFile, checkpointBlocks: 2 });
    for (const start of range(0, 4)) await kept.append(proposals(3, start * 3));
    expect(await kept.verify()).toEqual({ ok: true, position: 15, blocks: 5, checkpoints: 3 });
    await kept.close();
    const again = await open({ checkpointFile });
    expect(await again.verify()).toMatchObject({ ok: true, checkpoints: 4 });
    await tamperWith(database.pool).truncateAfterBlock(4);
    expect(await ledger.verify()).toMatchObject({ ok: true, position: 12 });
    expect(await again.verify()).toMatchObject({ ok: false, position: 13 });
  });

  it('gets its connections back after the server has ended them', async () => {
    const told = new AbortController();
    ledger.onAppended(() => told.signal.dispatchEvent(new Event('told')));
    await once(told.signal, 'told');
    await database.pool.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    // After the loss it listens again, and says so once; what others write is heard again.
    await once(told.signal, 'told');
    const other = await open();
    const heard = once(told.signal, 'told');
    expect(await other.append(proposals(2))).toHaveLength(2);
    await heard;
    expect(await ledger.append(proposals(2, 2))).toEqual([
      { position: 3, duplicate: false },
      { position: 4, duplicate: false },
    ]);
  });

  it('takes the head lock from a writer that went away in the middle of a block', async () => {
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await client.query('SELECT ledger.lock_head()');
    const appended = ledger.append(proposals(1));
    client.release(true);
    expect(await appended).toEqual([{ position: 1, duplicate: false }]);
  });

  it('reads as little for the head however many blocks came under a snapshot that stays open', async () => {
    const pages = async (): Promise<number> => {
      const { rows } = await database.pool.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
        'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM ledger.head',
      );
      const { Plan } = (rows[0] as (typeof rows)[0])['QUERY PLAN'][0];
      return Number(Plan['Shared Hit Blocks']) + Number(Plan['Shared Read Blocks']);
    };
    const reader = await database.pool.connect();
    try {
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM ledger.facts');
      for (const i of range(1, 800)) await ledger.append([proposal(i)]);
      expect(await pages()).toBeLessThan(6);
    } finally {
      reader.release(true);
    }
  });

  it('needs a migrated database', async () => {
    await database.pool.query('DROP SCHEMA ledger CASCADE');
    await expect(open()).rejects.toMatchObject({ code: '42P01' });
  });
});
