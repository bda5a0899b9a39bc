import type { Fact } from '../port';
import { FACT_ROW_COLUMNS, factOf } from './fact-row';
import type { FactRow } from './fact-row';
import type { Asked } from './timed';

/** A page ends with the block in which it has so many bytes of payload: it may be larger by one block. */
const PAGE_BYTES = 16 * 1024 * 1024;

/**
 * The last fact of `limit` that is within the bound of bytes, or the first one; the page ends with its block. The length of a
 * payload is known without reading it. Not a named statement: it is planned for the table as it is now.
 */
const PAGE = `
  SELECT ${FACT_ROW_COLUMNS}
    FROM ledger.facts f
   WHERE f.position > $1
     AND f.position <= (
           SELECT b.first_position + b.count - 1
             FROM (SELECT max(position) FILTER (WHERE upto = bytes OR upto <= $3::bigint) AS position
                     FROM (SELECT position, bytes, sum(bytes) OVER (ORDER BY position) AS upto
                             FROM (SELECT position, coalesce(octet_length(payload), octet_length(payload_raw)) AS bytes
                                     FROM ledger.facts WHERE position > $1 ORDER BY position LIMIT $2::bigint) ahead) sums) end_of
             JOIN ledger.facts last USING (position) JOIN ledger.blocks b ON b.number = last.block)
   ORDER BY f.position`;

export async function page(db: Asked, after: number, limit: number, maxBytes = PAGE_BYTES): Promise<Fact[]> {
  const { rows } = await db.query<FactRow>(PAGE, [after, Math.max(1, limit), maxBytes]);
  return rows.map(factOf);
}
