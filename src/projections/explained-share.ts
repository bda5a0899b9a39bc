/** How much of the stock differences facts account for. */
import type { ClientBase, Pool } from 'pg';
import type { StockState } from '../domain/cases/stock';
import { statesOf } from './diff/states';
import { LIVE, wholeState } from './generation-schema';
import { readMade } from './settings';
import { stockFigures } from './stock-figures';

export interface ExplainedShare {
  /** Units by which Scend's and Prima's positions differ at the same instant, added up over SKUs and warehouses: base micro-units. */
  explained: number;
  unexplained: number;
}

/** Cases in memory at once; each has some 5 KB, and as much again in what it looks at. */
const PAGE = 500;
const TERMS = `SELECT c.instant, g.settings FROM ${LIVE}.checkpoint c JOIN app.generations g ON g.id = c.generation`;
const CASES = `
  SELECT key, ${wholeState('c')} AS state, looks FROM ${LIVE}.cases c WHERE key > $1 AND key < 'stock;' ORDER BY key LIMIT ${PAGE}`;

/** As of the last folded fact, by reading every stock case: some 0.1 ms each. Null where nothing is live yet. */
export async function explainedShare(db: Pool | ClientBase): Promise<ExplainedShare | null> {
  const { rows: terms } = await db.query<{ instant: Date; settings: string }>(TERMS);
  const [live] = terms;
  if (!live) return null;
  const { policy } = readMade(live.settings);
  const share = { explained: 0, unexplained: 0 };
  for (let after = 'stock:'; ;) {
    const { rows } = await db.query<{ key: string; state: string; looks: string[] }>(CASES, [after]);
    const looked = await statesOf(db, LIVE, [...new Set(rows.flatMap(({ looks }) => looks))]);
    for (const { state } of rows) {
      const { gap } = stockFigures(JSON.parse(state) as StockState, live.instant.getTime(), policy, looked);
      if (gap === null) continue;
      share.unexplained += Math.abs(gap.physical);
      for (const { physical } of gap.terms) share.explained += Math.abs(physical);
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return share;
    after = last.key;
  }
}
