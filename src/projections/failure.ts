/** Why a build came to nothing, in words that name the remedy. */
import type { Pool } from 'pg';
import { errorCode } from '../platform/database/errors';

const DISK_FULL = '53100';

/** What the live generation takes on disk, which is about what another one needs. */
const SIZE = `
  SELECT pg_size_pretty(sum(pg_total_relation_size(c.oid))) AS size
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'live' AND c.relkind = 'r'`;

export async function failureText(pool: Pool, error: unknown): Promise<string> {
  const said = error instanceof Error ? error.message : String(error);
  if (errorCode(error) !== DISK_FULL) return said;
  const size = await pool.query<{ size: string }>(SIZE).then(
    ({ rows }) => rows[0]?.size ?? 'some',
    () => 'some',
  );
  return (
    `the disk of the database is full (${said}): a generation takes about as much as the live one, ${size}; ` +
    'make room there, or drop a former generation, and replay again'
  );
}
