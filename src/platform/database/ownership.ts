import { hostname } from 'node:os';
import { Client } from 'pg';
import { errorCode } from './errors';

/** The advisory lock that owning this server means; held in the maintenance database. */
const ownerLock = 7_420_001;
const lockNotAvailable = '55P03';
const namePrefix = 'tallystick owner: ';

export type Ownership = { owned: true; session: Client } | { owned: false; holder?: string };

/**
 * Takes the ownership of a server for as long as the returned session lives. The lock ends with its
 * process, however that ends: no file can be left behind to lie about it.
 * @param maintenanceUrl the `postgres` database of the server
 * @param waitMs how long to wait for a previous owner whose end the server has not yet noticed
 * @param label who asks, shown to others who are refused
 */
export async function takeOwnership(
  maintenanceUrl: string,
  waitMs: number,
  label: string,
): Promise<Ownership> {
  const session = new Client({
    connectionString: maintenanceUrl,
    application_name: `${namePrefix}${label}, process ${process.pid} on ${hostname()}`.slice(0, 63),
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  // Without a listener the loss of an idle session would end the process; embedded.ts listens for `end`.
  session.on('error', () => undefined);
  try {
    await session.connect();
    await session.query(`SET lock_timeout = ${Math.max(1, Math.round(waitMs))}`);
    await session.query('SELECT pg_advisory_lock($1)', [ownerLock]);
    return { owned: true, session };
  } catch (error) {
    const holder = errorCode(error) === lockNotAvailable ? await readHolder(session) : undefined;
    await session.end();
    if (errorCode(error) === lockNotAvailable) return { owned: false, holder };
    throw error;
  }
}

async function readHolder(session: Client): Promise<string | undefined> {
  const { rows } = await session.query<{ name: string }>(
    `SELECT a.application_name AS name
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1`,
    [ownerLock],
  );
  const name = rows[0]?.name;
  return name?.startsWith(namePrefix) ? name.slice(namePrefix.length) : undefined;
}
