import type { Pool } from 'pg';
import type { Fact } from '../port';
import { FACT_ROW_COLUMNS, factOf } from './fact-row';
import type { FactRow } from './fact-row';

/** The facts at these positions, in ascending order of position; positions that do not exist are left out. */
export async function at(pool: Pool, positions: readonly number[]): Promise<Fact[]> {
  if (positions.length === 0) return [];
  const { rows } = await pool.query<FactRow>(
    `SELECT ${FACT_ROW_COLUMNS} FROM ledger.facts f WHERE f.position = ANY ($1::bigint[]) ORDER BY f.position`,
    [positions],
  );
  return rows.map(factOf);
}
