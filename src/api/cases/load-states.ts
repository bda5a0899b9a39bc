import type { Pool } from 'pg';
import type { CaseStates } from '../../domain/cases/kinds';
import { wholeState } from '../../projections/generation-schema';
import type { LookProduct } from '../../domain/cases/quantities';

type AnyState = CaseStates[keyof CaseStates];

/** States of cases by their keys; what is not there is left out. */
export async function loadStates(pool: Pool, keys: readonly string[]): Promise<Map<string, AnyState>> {
  if (keys.length === 0) return new Map();
  const { rows } = await pool.query<{ key: string; state: string }>(
    `SELECT key, ${wholeState('c')} AS state FROM live.cases c WHERE key = ANY($1)`,
    [keys],
  );
  return new Map(rows.map(({ key, state }) => [key, JSON.parse(state) as AnyState]));
}

/** The articles of these SKUs, loaded once and looked up as the domain does. */
export async function productLookup(pool: Pool, skus: Iterable<string>): Promise<LookProduct> {
  const states = await loadStates(
    pool,
    [...new Set(skus)].map((sku) => `product:${sku}`),
  );
  return (sku) => (states.get(`product:${sku}`) ?? null) as CaseStates['product'] | null;
}
