import type { Pool } from 'pg';
import type { Surge } from '../channel';
import type { AlertRules } from './rules';

/** By detector: those of which so many drifts have opened of late that no thing is wrong with each, but one with all. */
export async function surgesNow(
  pool: Pool,
  { drifts, minutes }: AlertRules['surge'],
): Promise<Map<string, Surge>> {
  const { rows } = await pool.query<Surge>(SURGES, [minutes, drifts]);
  return new Map(rows.map((row) => [row.detector, row]));
}

/** A single cluster is one message anyway. */
const SURGES = `
  WITH recent AS MATERIALIZED (
    SELECT cluster, min(id) AS id, count(*) AS drifts FROM app.outbox
     WHERE kind = 'drift.opened' AND created_at > now() - $1::int * interval '1 minute' AND cluster IS NOT NULL
     GROUP BY cluster),
  named AS (
    SELECT o.detector, r.drifts FROM recent r JOIN app.outbox o ON o.id = r.id
     WHERE o.detector IS NOT NULL AND (SELECT sum(drifts) FROM recent) >= $2::int)
  SELECT detector, sum(drifts)::int AS drifts, count(*)::int AS clusters, $1::int AS minutes
    FROM named GROUP BY detector HAVING sum(drifts) >= $2::int AND count(*) > 1`;
