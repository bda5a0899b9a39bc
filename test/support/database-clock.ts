import { Client } from 'pg';

export interface DatabaseClock {
  /** The clock reads so many seconds more (or, negative, less) than it would, at once and in every session. */
  step(seconds: number): Promise<void>;
  /** The connection that sets it, which sees the stepped clock as well. */
  close(): Promise<void>;
}

/**
 * Steps the clock of a database that nobody has connected to yet: `clock_timestamp()` and `now()` are found in a schema that
 * comes before the system's own in the search path of every later session.
 */
export async function databaseClock(url: string): Promise<DatabaseClock> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`
    CREATE SCHEMA stepped;
    CREATE TABLE stepped.clock (seconds float8 NOT NULL);
    INSERT INTO stepped.clock VALUES (0);
    CREATE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN
      pg_catalog.clock_timestamp() + make_interval(secs => (SELECT c.seconds FROM stepped.clock c));
    CREATE FUNCTION stepped.now() RETURNS timestamptz LANGUAGE sql STABLE RETURN
      pg_catalog.now() + make_interval(secs => (SELECT c.seconds FROM stepped.clock c));
    DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET search_path = stepped, pg_catalog, public', current_database());
    END $$`);
  return {
    async step(seconds) {
      await client.query('UPDATE stepped.clock SET seconds = $1', [seconds]);
    },
    close: () => client.end(),
  };
}
