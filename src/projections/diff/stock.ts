/** Stock positions that come out otherwise. */
import type { CaseStates } from '../../domain/cases/kinds';
import type { StockState } from '../../domain/cases/stock';
import { formatQuantity } from '../../domain/exact';
import type { Policy } from '../../domain/policy';
import { schemaName } from '../generation-schema';
import { readMade } from '../settings';
import { stockFigures } from '../stock-figures';
import type { Sides } from './compare';
import type { DifferingCase } from './differing-cases';
import { type CaseChange, changeOf } from './fields';
import { statesOf } from './states';

export interface StockDifference {
  change: CaseChange;
  sku: string;
  warehouse: string;
  before: StockSide | null;
  after: StockSide | null;
}

/** Decimal text, base units. */
interface Figures {
  physical: string;
  free: string;
}

export interface StockSide {
  scend: Figures | null;
  prima: Figures | null;
  /** Scend less Prima, without what facts account for; null with one side only. */
  unexplained: Figures | null;
}

export async function stockDifferences(
  sides: Sides,
  cases: readonly DifferingCase[],
): Promise<StockDifference[][]> {
  const [old, now] = [
    await figuresIn(
      sides,
      sides.before,
      cases.map(({ before, looksBefore }) => [before, looksBefore]),
    ),
    await figuresIn(
      sides,
      sides.after,
      cases.map(({ after, looksAfter }) => [after, looksAfter]),
    ),
  ];
  return cases.map(({ key }, index) => {
    const [before, after] = [old[index] ?? null, now[index] ?? null];
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    const id = key.slice('stock:'.length);
    const at = id.lastIndexOf('@');
    const [sku, warehouse] = [id.slice(0, at), id.slice(at + 1)];
    return [{ change: changeOf(before, after), sku, warehouse, before, after }];
  });
}

async function figuresIn(
  sides: Sides,
  schema: string,
  cases: readonly (readonly [state: string | null, looks: string[] | null])[],
): Promise<(StockSide | null)[]> {
  const { instant, policy } = await madeWith(sides, schema);
  const looked = await statesOf(
    sides.client,
    schema,
    cases.flatMap(([, looks]) => looks ?? []),
  );
  return cases.map(([state]) => (state === null ? null : side(state, instant, policy, looked)));
}

/** The clock of the last folded fact, and the policy that the generation was made with. */
async function madeWith({ client }: Sides, schema: string): Promise<{ instant: number; policy: Policy }> {
  const { rows } = await client.query<{ instant: Date; settings: string }>(
    `SELECT c.instant, g.settings FROM ${schemaName(schema)}.checkpoint c JOIN app.generations g ON g.id = c.generation`,
  );
  const [row] = rows;
  if (!row) throw new Error(`${schema} has no checkpoint`);
  return { instant: row.instant.getTime(), policy: readMade(row.settings).policy };
}

function side(
  state: string,
  now: number,
  policy: Policy,
  looked: ReadonlyMap<string, CaseStates[keyof CaseStates]>,
): StockSide {
  const { scend, prima, gap } = stockFigures(JSON.parse(state) as StockState, now, policy, looked);
  return { scend: scend && figures(scend), prima: prima && figures(prima), unexplained: gap && figures(gap) };
}

function figures({ physical, free }: { physical: number; free: number }): Figures {
  return { physical: formatQuantity(physical), free: formatQuantity(free) };
}
