import path from 'node:path';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../../../test/support/postgres';
import { startProcess } from '../../../test/support/process';
import { migrations } from './index';
import { DatabaseIsNewer, migrate } from './migrate';

const program = path.join(__dirname, '../../../test/support/migrate-process.ts');

describe('migrate', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  it('finds nothing to do on a migrated database', async () => {
    expect(await migrate(database.url)).toEqual([]);
  });

  it('refuses a database that a newer version has migrated', async () => {
    await expect(migrate(database.url, [])).rejects.toThrow(DatabaseIsNewer);
  });

  it('runs once, in order, where two replicas start at once on an empty database', async () => {
    const empty = await emptyDatabase(database);
    try {
      const replicas = [startProcess(program, [empty.url]), startProcess(program, [empty.url])];
      const answers = await Promise.all(replicas.map((replica) => replica.next()));
      const all = migrations.map((migration) => new migration().name);
      const byCount = answers.map((answer) => answer.ran as string[]).sort((a, b) => b.length - a.length);
      expect(byCount).toEqual([all, []]);
      expect(await Promise.all(replicas.map((replica) => replica.ended))).toEqual([0, 0]);
    } finally {
      await empty.drop();
    }
  });

  it('leaves nothing of a migration that fails', async () => {
    const empty = await emptyDatabase(database);
    class Failing {
      readonly name = 'failing-0000000009999';
      up(runner: { query(sql: string): Promise<unknown> }): Promise<unknown> {
        return runner.query('CREATE TABLE app.half (); SELECT 1 / 0');
      }
      down(): Promise<void> {
        return Promise.resolve();
      }
    }
    const client = new Client({ connectionString: empty.url });
    try {
      await expect(migrate(empty.url, [...migrations, Failing])).rejects.toThrow('division by zero');
      await client.connect();
      const { rows } = await client.query(
        `SELECT to_regclass('app.half') AS half, (SELECT count(*)::int FROM app.migrations) AS done`,
      );
      expect(rows).toEqual([{ half: null, done: migrations.length }]);
    } finally {
      await client.end();
      await empty.drop();
    }
  });
});

async function emptyDatabase(database: TestDatabase) {
  const name = `empty_${process.pid}_${Date.now()}`;
  await database.pool.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => database.pool.query(`DROP DATABASE ${name} WITH (FORCE)`) };
}
