/** Embedded PostgreSQL servers that the benchmark owns, each with the settings that Tallystick gives it. */
import { Client, type Pool } from 'pg';
import { startEmbedded } from '../../src/platform/database/embedded';
import { createLogger } from '../../src/platform/logging';
import { migrate } from '../../src/platform/migrations/migrate';
import { createPool } from '../../src/platform/pools';
import { type Lab, subfolder } from './lab';

/** Runs `work` with the server of a folder, which it starts and stops. */
export async function withServer<T>(dataDir: string, work: (url: string) => Promise<T>): Promise<T> {
  const server = await startEmbedded({ dataDir, log: createLogger('warn'), label: 'bench' });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
  }
}

/** The same on an empty folder. */
export function withNewServer<T>(lab: Lab, name: string, work: (url: string) => Promise<T>): Promise<T> {
  return withServer(subfolder(lab, name), work);
}

/** Runs `work` on a new migrated database of the server, and drops it. */
export async function withDatabase<T>(
  serverUrl: string,
  name: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  await statement(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  try {
    await migrate(url.href);
    return await work(url.href);
  } finally {
    await statement(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** A pool without a time limit for its statements. */
export async function withPool<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createPool({ url, name: 'bench', statementTimeoutMs: 0 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** On a connection with the server's own settings. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function statement(url: string, sql: string): Promise<unknown> {
  return withClient(url, (client) => client.query(sql));
}
