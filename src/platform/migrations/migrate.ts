import { Client } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { ConfigError } from '../config-error';
import { migrations } from './index';

const migrationLock = 7_420_002;
const schema = 'app';
const table = 'migrations';

/** The database has been migrated by a newer version of Tallystick than this one. */
export class DatabaseIsNewer extends Error {
  readonly code = 'database-is-newer';

  constructor(unknown: string[]) {
    super(
      `The database has migrations that this version of Tallystick does not know (${unknown.join(', ')}): ` +
        'a newer version has used it. Start that version, or a newer one.',
    );
    this.name = 'DatabaseIsNewer';
  }
}

/**
 * Brings the database up to this version, each migration in a transaction of its own. Any number of
 * replicas may call it at once: one migrates, the others wait for it and find nothing to do.
 * @returns names of the migrations that this call ran
 */
export async function migrate(
  url: string,
  all: (new () => MigrationInterface)[] = migrations,
): Promise<string[]> {
  const guard = new Client({
    connectionString: url,
    application_name: 'tallystick migrate',
    keepAlive: true,
  });
  await guard.connect();
  try {
    // Held by the session, so it also ends with a process that is killed half-way.
    await guard.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    // TypeORM keeps its record in this schema and needs it before the first migration runs.
    await guard.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    refuseNewer(
      await migrationsOf(guard),
      all.map((migration) => new migration().name),
    );
    return await runPending(url, all);
  } finally {
    await guard.end();
  }
}

/**
 * For who may not migrate: refuses a database that this version's migrations have not brought up to date. Throws ConfigError, or
 * DatabaseIsNewer.
 */
export async function assertMigrated(url: string): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'tallystick', keepAlive: true });
  await client.connect();
  try {
    const done = await migrationsOf(client);
    const known = migrations.map((migration) => new migration().name);
    refuseNewer(done, known);
    if (known.every((name) => name !== undefined && done.includes(name))) return;
    const what =
      done.length === 0 ? 'has no tables of Tallystick yet' : 'is of an earlier version of Tallystick';
    throw new ConfigError([
      `The database ${what}, and this command changes none: start \`tallystick serve\`, which brings it up to this version.`,
    ]);
  } finally {
    await client.end();
  }
}

async function runPending(url: string, all: (new () => MigrationInterface)[]): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    url,
    schema,
    migrations: all,
    migrationsTableName: table,
    migrationsTransactionMode: 'each',
    applicationName: 'tallystick migrate',
    poolSize: 2,
    // Its console logger speaks even when logging is off; a failure reaches the caller as an error anyway.
    logger: 'debug',
  });
  await source.initialize();
  try {
    return (await source.runMigrations()).map((migration) => migration.name);
  } finally {
    await source.destroy();
  }
}

/** Names, in the order in which they were run. */
async function migrationsOf(client: Client): Promise<string[]> {
  const { rows: tables } = await client.query(
    'SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = $2',
    [schema, table],
  );
  if (tables.length === 0) return [];
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${schema}.${table} ORDER BY id`);
  return rows.map((row) => row.name);
}

function refuseNewer(done: readonly string[], known: readonly (string | undefined)[]): void {
  const unknown = done.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new DatabaseIsNewer(unknown);
}
