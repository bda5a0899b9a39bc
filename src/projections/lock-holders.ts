/** Who holds what somebody has waited for in vain, in words for the one who waited. */
import type { Pool } from 'pg';

export interface Waited {
  /** Pairs of numbers that advisory locks are known by. */
  locks: readonly (readonly [number, number])[];
  /** Pattern of the schemas whose tables are waited for. */
  tables?: string;
  /** Of the tables only those who write them are in the way. */
  writers?: boolean;
}

const HOLDERS = `
  SELECT pid, application_name AS name, backend_start AS since
    FROM pg_stat_activity
   WHERE pid <> pg_backend_pid() AND pid IN (
     SELECT pid FROM pg_locks
      WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid::bigint, objid::bigint) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))
     UNION ALL
     SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE l.locktype = 'relation' AND l.granted AND n.nspname ~ $3 AND (l.mode <> 'AccessShareLock' OR NOT $4)
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
   ORDER BY since`;

export async function busyText(
  pool: Pool,
  { locks, tables = '^$', writers = false }: Waited,
): Promise<string> {
  const { rows } = await pool.query<{ pid: number; name: string; since: Date }>(HOLDERS, [
    locks.map(([group]) => group),
    locks.map(([, key]) => key),
    tables,
    writers,
  ]);
  const who = rows.map(
    ({ pid, name, since }) =>
      `process ${pid} of the database (${name}, connected since ${since.toISOString()})`,
  );
  const by = who.length === 0 ? 'somebody who has ended since' : who.join(', ');
  return `another builds, compares, promotes or drops a generation: ${by}; try again when that has ended`;
}
