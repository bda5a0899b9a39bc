import type { Fact } from '../port';
import { FACT_ROW_COLUMNS, factOf } from './fact-row';
import type { FactRow } from './fact-row';
import type { Asked } from './timed';

const ALL = `SELECT ${FACT_ROW_COLUMNS} FROM ledger.facts f WHERE f.position = ANY ($1::bigint[])`;

/** The length of a payload is known without reading it. */
const WITHIN = `${ALL} AND f.position IN (
  SELECT position FROM (
    SELECT position, sum(coalesce(octet_length(payload), octet_length(payload_raw))) OVER (ORDER BY position) AS upto
      FROM ledger.facts WHERE position = ANY ($1::bigint[])) sums WHERE upto <= $2::bigint)`;

/** The facts at these positions, in ascending order of position; positions that do not exist are left out. */
export async function at(db: Asked, positions: readonly number[], maxBytes?: number): Promise<Fact[]> {
  if (positions.length === 0) return [];
  const [which, values] = maxBytes === undefined ? [ALL, [positions]] : [WITHIN, [positions, maxBytes]];
  const { rows } = await db.query<FactRow>(`${which} ORDER BY f.position`, values);
  return rows.map(factOf);
}
