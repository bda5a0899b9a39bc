import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../../../test/support/postgres';
import { dumpSchema } from './schema-dump';

const everyKind = `
  CREATE TYPE app.mood AS ENUM ('calm', 'it''s');
  CREATE DOMAIN app.quantity AS bigint CONSTRAINT positive CHECK (VALUE >= 0);
  CREATE SEQUENCE app.counter MINVALUE 5;
  CREATE TABLE app.parent (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, mood app.mood DEFAULT 'calm',
    body text STORAGE EXTERNAL, twice bigint GENERATED ALWAYS AS (length(name) * 2) STORED);
  COMMENT ON TABLE app.parent IS 'a parent''s table';
  COMMENT ON COLUMN app.parent.name IS 'its name';
  CREATE TABLE app.child (id serial, parent bigint NOT NULL REFERENCES app.parent, amount app.quantity, CHECK (id > 0));
  CREATE INDEX child_by_parent ON app.child (parent) WHERE amount > 0;
  CREATE TABLE app.measured (at timestamptz NOT NULL, value int) PARTITION BY RANGE (at);
  CREATE TABLE app.measured_2026 PARTITION OF app.measured FOR VALUES FROM ('2026-01-01Z') TO ('2027-01-01Z');
  CREATE INDEX measured_by_value ON app.measured (value);
  CREATE VIEW app.calm AS SELECT id, name FROM app.parent WHERE mood = 'calm';
  CREATE FUNCTION app.doubled(n int) RETURNS int IMMUTABLE LANGUAGE sql RETURN n * 2;
  CREATE TABLE app.calling (n int, twice int GENERATED ALWAYS AS (app.doubled(n)) STORED);
  CREATE FUNCTION app.names(p app.parent) RETURNS text LANGUAGE sql AS $$ SELECT p.name $$;
  CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
  CREATE TRIGGER no_update BEFORE UPDATE OR DELETE ON app.parent FOR EACH ROW EXECUTE FUNCTION app.refuse();
  ALTER TABLE app.parent ENABLE ALWAYS TRIGGER no_update;`;

describe('dumpSchema', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  it('writes SQL that makes the same schema again', async () => {
    await database.pool.query(everyKind);
    const first = await dumpSchema(database.url);
    for (const made of [
      'app.mood',
      'app.quantity',
      'GENERATED ALWAYS',
      'FOREIGN KEY',
      'ENABLE ALWAYS',
      'app.calm',
    ]) {
      expect(first).toContain(made);
    }

    const copy = await cloneOf(database, first);
    try {
      expect(await dumpSchema(copy.url)).toBe(first);
    } finally {
      await copy.drop();
    }
  });

  it('is the same text each time', async () => {
    expect(await dumpSchema(database.url)).toBe(await dumpSchema(database.url));
  });
});

async function cloneOf(database: TestDatabase, schema: string) {
  const name = `copy_${process.pid}`;
  await database.pool.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  await client.query(schema).finally(() => client.end());
  return { url: url.href, drop: () => database.pool.query(`DROP DATABASE ${name}`) };
}
