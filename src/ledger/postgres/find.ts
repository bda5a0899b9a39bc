import type { Fact, FactFilter } from '../port';
import { FACT_ROW_COLUMNS, factOf } from './fact-row';
import type { FactRow } from './fact-row';
import type { Asked } from './timed';

/**
 * Facts by key, or by source and type, in order of position. Times are turned into positions first: `recordedAt` never falls
 * from one block to the next, so a span of time is a span of positions, and needs no index on the facts.
 */
export async function find(db: Asked, filter: FactFilter): Promise<Fact[]> {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['true'];
  for (const column of ['source', 'type', 'key'] as const) {
    const wanted = filter[column];
    if (wanted !== undefined) conditions.push(`f.${column} = ${bind(wanted)}`);
  }
  if (filter.after !== undefined) conditions.push(`f.position > ${bind(filter.after)}::bigint`);
  if (filter.from !== undefined) {
    conditions.push(`f.position >= ${firstPosition('>=', bind(filter.from))}`);
  }
  if (filter.to !== undefined) {
    conditions.push(`f.position < coalesce(${firstPosition('>', bind(filter.to))}, 9223372036854775807)`);
  }
  const { rows } = await db.query<FactRow>(
    within(
      filter.maxBytes,
      bind,
      `FROM ledger.facts f WHERE ${conditions.join(' AND ')}
      ORDER BY f.position LIMIT ${bind(filter.limit)}`,
    ),
    values,
  );
  return rows.map(factOf);
}

/** The first position recorded at or after (`>=`), or after (`>`), a parameter in epoch milliseconds; NULL for none. */
function firstPosition(comparison: '>=' | '>', parameter: string): string {
  return `(SELECT b.first_position FROM ledger.blocks b
            WHERE b.recorded_at ${comparison} to_timestamp(0) + ${parameter}::bigint * interval '1 millisecond'
            ORDER BY b.recorded_at, b.first_position LIMIT 1)`;
}

/** The length of a payload is known without reading it, so what is beyond the bound is not read. */
function within(maxBytes: number | undefined, bind: (value: unknown) => string, which: string): string {
  if (maxBytes === undefined) return `SELECT ${FACT_ROW_COLUMNS} ${which}`;
  return `SELECT ${FACT_ROW_COLUMNS} FROM ledger.facts f WHERE f.position IN (
    SELECT position FROM (
      SELECT position, bytes, sum(bytes) OVER (ORDER BY position) AS upto
        FROM (SELECT f.position, coalesce(octet_length(f.payload), octet_length(f.payload_raw)) AS bytes ${which}) found) sums
     WHERE upto - bytes < ${bind(maxBytes)}::bigint)
    ORDER BY f.position`;
}
