import type { Fact } from '../port';
import { FACT_ROW_COLUMNS, factOf } from './fact-row';
import type { FactRow } from './fact-row';
import type { Asked } from './timed';

/** The facts at these positions, in ascending order of position; positions that do not exist are left out. */
export async function at(db: Asked, positions: readonly number[]): Promise<Fact[]> {
  if (positions.length === 0) return [];
  const { rows } = await db.query<FactRow>(
    `SELECT ${FACT_ROW_COLUMNS} FROM ledger.facts f WHERE f.position = ANY ($1::bigint[]) ORDER BY f.position`,
    [positions],
  );
  return rows.map(factOf);
}
