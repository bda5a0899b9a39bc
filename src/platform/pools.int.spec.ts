import type { Pool } from 'pg';
import { freshDatabase, type TestDatabase } from '../../test/support/postgres';
import { createPool, isDatabaseAway, parseInt8, retryWhileAway, withTransaction } from './pools';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool({
    url: database.url,
    name: 'pools test',
    max: 2,
    statementTimeoutMs: 200,
    connectTimeoutMs: 500,
  });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** As a restart of the server does to a session. */
const cut = (of: string): Promise<unknown> =>
  database.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
    of,
  ]);

describe('createPool', () => {
  it('names its sessions, makes plans for the values at hand, and reads bigint as an exact number', async () => {
    const { rows } = await pool.query(
      `SELECT current_setting('application_name') AS name, current_setting('plan_cache_mode') AS plan, 9007199254740991 AS big`,
    );
    expect(rows).toEqual([
      { name: 'tallystick pools test', plan: 'force_custom_plan', big: 9007199254740991 },
    ]);
  });

  it('refuses to round a bigint', async () => {
    await expect(pool.query('SELECT 9007199254740993 AS big')).rejects.toThrow(RangeError);
    expect(() => parseInt8('-9223372036854775808')).toThrow(RangeError);
  });

  it('ends a statement that takes too long', async () => {
    await expect(pool.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
  });

  it('survives the loss of an idle connection', async () => {
    const lost = new Promise<Error>((resolve) => {
      pool.once('error', resolve);
    });
    await pool.query('SELECT 1');
    await cut('tallystick pools test');
    expect(isDatabaseAway(await lost)).toBe(true);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('withTransaction', () => {
  beforeAll(() => pool.query('CREATE TABLE app.work (n int)'));
  const count = async (): Promise<unknown> =>
    (await pool.query<{ n: number }>('SELECT count(*) AS n FROM app.work')).rows[0]?.n;

  it('keeps all of the work or nothing', async () => {
    await withTransaction(pool, (client) => client.query('INSERT INTO app.work VALUES (1)'));
    const half = withTransaction(pool, async (client) => {
      await client.query('INSERT INTO app.work VALUES (2)');
      throw new Error('changed my mind');
    });
    await expect(half).rejects.toThrow('changed my mind');
    expect(await count()).toBe(1);
  });

  it('gives no broken connection back to the pool', async () => {
    const broken = withTransaction(pool, async (client) => {
      await client.query('INSERT INTO app.work VALUES (3)');
      await cut('tallystick pools test');
      await client.query('INSERT INTO app.work VALUES (4)');
    });
    expect(await broken.catch(isDatabaseAway)).toBe(true);
    expect(await count()).toBe(1);
  });
});

describe('retryWhileAway', () => {
  it('goes on once the database is back', async () => {
    let attempts = 0;
    const answer = await retryWhileAway(async () => {
      attempts += 1;
      if (attempts < 3) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      return (await pool.query<{ one: number }>('SELECT 1 AS one')).rows[0]?.one;
    });
    expect([answer, attempts]).toEqual([1, 3]);
  });

  it('does not repeat what the database refused', async () => {
    let attempts = 0;
    const refused = retryWhileAway(() => {
      attempts += 1;
      return pool.query('SELECT 1 / 0');
    });
    await expect(refused).rejects.toMatchObject({ code: '22012' });
    expect(attempts).toBe(1);
  });

  it('gives up after its limit, with the last error', async () => {
    const nowhere = createPool({ url: 'postgres://nobody@127.0.0.1:1/none', name: 'nowhere' });
    await expect(retryWhileAway(() => nowhere.query('SELECT 1'), { limitMs: 200 })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    await nowhere.end();
  });
});
