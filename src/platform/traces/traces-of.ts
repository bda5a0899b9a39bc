import type { ClientBase, Pool } from 'pg';

/** Runs do not overlap, so the one that begins last before a position is the only one that can have it. */
const TRACES = `
  SELECT p.position, t.traceparent
    FROM unnest($1::bigint[]) AS p(position)
   CROSS JOIN LATERAL (SELECT last_position, traceparent FROM app.traces
                        WHERE first_position <= p.position ORDER BY first_position DESC LIMIT 1) t
   WHERE t.last_position >= p.position`;

/** `traceparent` of the requests that brought facts, by their positions; without those that came otherwise (files, Kafka, ticks). */
export async function tracesOf(
  db: Pool | ClientBase,
  positions: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (positions.length === 0) return new Map();
  const { rows } = await db.query<{ position: number; traceparent: string }>(TRACES, [positions]);
  return new Map(rows.map((row) => [row.position, row.traceparent]));
}
