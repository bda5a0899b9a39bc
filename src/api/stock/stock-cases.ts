import type { Pool } from 'pg';
import { unknown } from '../refusals';

export interface StockRow {
  key: string;
  state: string;
  /** Keys of the cases that its evaluation looked at. */
  looks: string[];
}

/** More warehouses than one SKU lies in. */
const MOST = 100;

/** Throws `sku-unknown` where no system has said anything of its stock. */
export async function findStock(pool: Pool, sku: string): Promise<StockRow[]> {
  if (sku.includes('\u0000') || sku.length > 1000) throw unknown('sku', sku);
  const { rows } = await pool.query<StockRow>(
    `SELECT key, state, looks FROM live.cases WHERE key IN (SELECT case_key FROM live.case_refs WHERE ref = $1)
        AND $1 = ANY(refs) AND kind = 'stock' ORDER BY key LIMIT ${MOST}`,
    [`sku:${sku}`],
  );
  if (rows.length === 0) throw unknown('sku', sku);
  return rows;
}
