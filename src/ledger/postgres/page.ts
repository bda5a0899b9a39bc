import type { Fact } from '../port';
import { FACT_ROW_COLUMNS, factOf } from './fact-row';
import type { FactRow } from './fact-row';
import type { Asked } from './timed';

/**
 * Positions have no gaps, so the block in which the page must end is the one that holds position `after + limit`; where there
 * is no such position the page ends at the head. Not a named statement: it is planned for the table as it is now.
 */
const PAGE = `
  SELECT ${FACT_ROW_COLUMNS}
    FROM ledger.facts f
   WHERE f.position > $1
     AND f.position <= coalesce(
           (SELECT b.first_position + b.count - 1
              FROM ledger.facts last JOIN ledger.blocks b ON b.number = last.block
             WHERE last.position = $1::bigint + $2::bigint),
           9223372036854775807)
   ORDER BY f.position`;

export async function page(db: Asked, after: number, limit: number): Promise<Fact[]> {
  const { rows } = await db.query<FactRow>(PAGE, [after, Math.max(1, limit)]);
  return rows.map(factOf);
}
