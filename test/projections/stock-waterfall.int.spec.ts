import type { StockState } from '../../src/domain/cases/stock';
import type { CaseStates } from '../../src/domain/cases/kinds';
import { type Quantities, waterfallReasons } from '../../src/domain/drift/stock-waterfall';
import { wholeState } from '../../src/projections/generation-schema';
import { stockFigures, stockWaterfall } from '../../src/projections/stock-figures';
import { createWorld, everyFault } from '../../src/simulator';
import { type House, inHouse } from '../laws/support/house';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';

interface StockCase {
  state: StockState;
  looked: Map<string, CaseStates[keyof CaseStates]>;
}

async function stockCases({ pool }: House): Promise<StockCase[]> {
  const { rows } = await pool.query<{ key: string; kind: string; state: string; looks: string[] }>(
    `SELECT key, kind, ${wholeState('c')} AS state, looks FROM live.cases c`,
  );
  const states = new Map(rows.map(({ key, state }) => [key, JSON.parse(state) as CaseStates['stock']]));
  return rows
    .filter(({ kind }) => kind === 'stock')
    .map(({ key, looks }) => ({
      state: states.get(key) as StockState,
      looked: new Map(
        looks.flatMap((look) => (states.has(look) ? [[look, states.get(look) as StockState]] : [])),
      ),
    }));
}

const plus = (a: Quantities, b: Quantities) => ({ physical: a.physical + b.physical, free: a.free + b.free });

describe.each([3, 19])('every stock position of the simulated trading %d', (seed) => {
  it('is explained by steps that add up, and by facts that are there', () =>
    inHouse(async (house) => {
      const world = createWorld({ seed, orders: 25, faults: everyFault(1), startAt: WORLD_START });
      await house.configure(sourcesOf(world));
      await deliver(house, messagesOf(world), [40]);
      await house.tick(WORLD_OVER);
      await house.fold();
      const { position } = await house.ledger.head();
      let explained = 0;
      const cases = await stockCases(house);
      for (const { state, looked } of cases) {
        const { policy } = house.settings;
        const waterfall = stockWaterfall(state, WORLD_OVER, policy, looked);
        const { gap } = stockFigures(state, WORLD_OVER, policy, looked);
        expect(waterfall === null).toBe(gap === null);
        if (waterfall === null || gap === null) continue;
        const { book, counted, steps, unexplained } = waterfall;
        expect(steps.map(({ reason }) => reason)).toEqual(waterfallReasons);
        expect(steps.reduce<Quantities>(plus, plus(counted, unexplained))).toEqual({
          physical: book.physical,
          free: book.free,
        });
        // The drift says Scend less Prima.
        expect(plus(unexplained, gap)).toEqual({ physical: 0, free: 0 });
        for (const { physical, free, facts } of steps) {
          if (physical !== 0 || free !== 0) explained++;
          if (physical !== 0 || free !== 0) expect(facts.length).toBeGreaterThan(0);
          expect(facts.every((fact) => fact > 0 && fact <= position)).toBe(true);
        }
      }
      expect(explained).toBeGreaterThan(5);
    }));
});
