import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { defaultPolicy } from '../../src/domain/policy';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { createLogger } from '../../src/platform/logging';
import { migrate } from '../../src/platform/migrations/migrate';
import { dumpSchema } from '../../src/platform/migrations/schema-dump';
import { createPool } from '../../src/platform/pools';
import { liveGeneration } from '../../src/projections/generations';
import { type Made, CurrentSettings } from '../../src/projections/settings';
import { SourceBook } from '../../src/projections/sources';
import { upgrade } from '../../src/projections/upgrade';
import { rowsOf } from '../laws/support/rows';
import { type TestDatabase, freshDatabase } from '../support/postgres';

const { version } = JSON.parse(readFileSync(path.join(__dirname, '../../package.json'), 'utf8')) as {
  version: string;
};
const FOLDER = path.join(__dirname, 'dumps');
const dumps = readdirSync(FOLDER).filter((name) => name.endsWith('.sql'));

describe('an installation that a released version has left', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  it('is here for this version, by `npm run dump:release`', () => {
    expect(dumps).toContain(`${version}.sql`);
  });

  it.each(dumps)('%s is migrated, proves its chain and is folded', async (dump) => {
    const name = `dump_${process.pid}`;
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    await database.pool.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    const client = new Client({ connectionString: url.href });
    const pool = createPool({ url: url.href, name: 'test' });
    try {
      await client.connect();
      await client.query(readFileSync(path.join(FOLDER, dump), 'utf8'));
      await migrate(url.href);
      const withoutLive = (schema: string) =>
        schema
          .split('\n\n')
          .filter((part) => !part.includes(' live'))
          .join('\n\n');
      expect(withoutLive(await dumpSchema(url.href))).toBe(await dumpSchema(database.url));

      const ledger = await createPostgresLedger({ pool, logger: createLogger('silent') });
      const { position } = await ledger.head();
      expect(position).toBeGreaterThan(50);
      expect(await ledger.verify()).toMatchObject({ ok: true, position });
      const sources = new SourceBook(pool, ledger);
      await sources.reload();
      const current = new CurrentSettings(defaultPolicy, sources);
      const wanted = (made: Made) => current.wanted(made);
      const before = await liveGeneration(pool);
      const start = { pool, ledger, log: createLogger('silent'), wanted, holder: 'test' };
      expect(['current', 'promoted']).toContain(await upgrade(start));
      expect((await liveGeneration(pool))?.id).toBeGreaterThanOrEqual(before?.id ?? 0);
      const { checkpoint, cases } = await rowsOf(pool);
      expect(checkpoint).toMatchObject([{ position }]);
      expect(cases.length).toBeGreaterThan(10);
      await ledger.close();
    } finally {
      await client.end();
      await pool.end();
      await database.pool.query(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });
});
