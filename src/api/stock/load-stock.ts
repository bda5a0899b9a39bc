import type { Pool } from 'pg';
import type { CaseStates } from '../../domain/cases/kinds';
import type { StockState } from '../../domain/cases/stock';
import type { Policy } from '../../domain/policy';
import type { InForceBook } from '../../projections/in-force';
import { loadStates } from '../cases/load-states';
import { notReady } from '../refusals';
import { findStock } from './stock-cases';

/** A SKU in every warehouse, with all that its positions are judged by. */
export interface LoadedStock {
  /** Ours, where a source's word for it was asked for. */
  sku: string;
  cases: { key: string; state: StockState }[];
  /** The clock of the last folded fact, epoch ms, and the policy that the live generation was made with. */
  instant: number;
  policy: Policy;
  looked: ReadonlyMap<string, CaseStates[keyof CaseStates]>;
}

/** Throws as `findStock` does, and where nothing is live yet. */
export async function loadStock(pool: Pool, inForce: InForceBook, sku: string): Promise<LoadedStock> {
  const rows = await findStock(pool, inForce, sku);
  const [terms, looked] = await Promise.all([
    liveTerms(pool),
    loadStates(pool, [...new Set(rows.flatMap(({ looks }) => looks))]),
  ]);
  const cases = rows.map(({ key, state }) => ({ key, state: JSON.parse(state) as StockState }));
  return { sku: cases[0]?.state.sku ?? sku, cases, ...terms, looked };
}

async function liveTerms(pool: Pool): Promise<Pick<LoadedStock, 'instant' | 'policy'>> {
  const { rows } = await pool.query<{ instant: Date; settings: string }>(
    'SELECT c.instant, g.settings FROM live.checkpoint c JOIN app.generations g ON g.id = c.generation',
  );
  const row = rows[0];
  if (!row) throw notReady();
  return {
    instant: row.instant.getTime(),
    policy: (JSON.parse(row.settings) as { policy: Policy }).policy,
  };
}
