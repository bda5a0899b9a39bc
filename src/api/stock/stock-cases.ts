import type { Pool } from 'pg';
import type { InForceBook } from '../../projections/in-force';
import { wholeState } from '../../projections/generation-schema';
import { unknown } from '../refusals';

export interface StockRow {
  key: string;
  state: string;
  /** Keys of the cases that its evaluation looked at. */
  looks: string[];
}

/** More warehouses than one SKU lies in. */
const MOST = 100;

/**
 * By our SKU, or else by a source's word for it, of any time, in the mapping that is in force. Throws `sku-unknown` where no
 * system has said anything of its stock.
 */
export async function findStock(pool: Pool, inForce: InForceBook, sku: string): Promise<StockRow[]> {
  if (sku.includes('\u0000') || sku.length > 1000) throw unknown('sku', sku);
  const rows = await stockOf(pool, [sku]);
  if (rows.length > 0) return rows;
  const aliases = (await inForce.read())?.mapping.document['sku-aliases'] ?? [];
  const names = new Set([sku]);
  for (const name of names) for (const { from, to } of aliases) if (from === name) names.add(to);
  const known = names.size === 1 ? [] : await stockOf(pool, [...names]);
  if (known.length === 0) throw unknown('sku', sku);
  return known;
}

async function stockOf(pool: Pool, skus: readonly string[]): Promise<StockRow[]> {
  const { rows } = await pool.query<StockRow>(
    `SELECT key, ${wholeState('c')} AS state, looks FROM live.cases c
      WHERE key IN (SELECT case_key FROM live.case_refs WHERE ref = ANY($1)) AND refs && $1 AND kind = 'stock'
      ORDER BY key LIMIT ${MOST}`,
    [skus.map((sku) => `sku:${sku}`)],
  );
  return rows;
}
