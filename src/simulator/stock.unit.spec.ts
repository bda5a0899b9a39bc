import { createWorld, everyFault, noFaults } from '.';
import type { FaultPlan } from '.';
import { readBack } from './testing/read-back.fixture';
import { balancesAt, levelsAt, movesOfPrima, movesOfScend } from './testing/stock-tallies.fixture';
import { HOUR, iso } from './timeline';

const startAt = Date.UTC(2026, 10, 2, 5);
const opening = iso(startAt);
const closing = iso(startAt + 88 * HOUR);

const make = (seed: number, faults: FaultPlan) => {
  const world = createWorld({ seed, orders: 200, startAt, faults });
  return { world, back: readBack(world.messages()) };
};

describe('stock', () => {
  it('is conserved on the shelves: opening and movements make the closing', () => {
    const { back } = make(1, noFaults);
    const before = levelsAt(back, opening);
    const after = levelsAt(back, closing);
    const moves = movesOfScend(back, { from: opening, to: closing });
    expect(before.size).toBeGreaterThan(100);
    for (const [key, { physical }] of before) {
      expect([key, physical + (moves.get(key) ?? 0)]).toEqual([key, after.get(key)?.physical]);
    }
    expect([...moves.keys()].filter((key) => !before.has(key))).toEqual([]);
  });

  it('is conserved in the books, whatever goes wrong', () => {
    const { back } = make(2, everyFault(2));
    const after = balancesAt(back, closing);
    const moves = movesOfPrima(back, { from: opening, to: closing });
    for (const [key, { physical }] of balancesAt(back, opening)) {
      expect([key, physical + (moves.get(key) ?? 0)]).toEqual([key, after.get(key)?.physical]);
    }
    expect([...moves.keys()].filter((key) => !after.has(key))).toEqual([]);
  });

  it('agrees at the opening, and at the closing but for what is explained', () => {
    const { back } = make(3, noFaults);
    expect(balancesAt(back, opening)).toEqual(levelsAt(back, opening));
    const levels = levelsAt(back, closing);
    const apart = [...balancesAt(back, closing)].filter(([key, b]) => {
      const level = levels.get(key);
      return level?.physical !== b.physical || level.free !== b.free;
    });
    // A receipt, a return, and both ends of a transfer that Prima has not booked.
    expect(apart).toHaveLength(4);
  });

  it('is picked once per line and SKU', () => {
    const { back } = make(5, everyFault(1));
    for (const event of ['order.received', 'order.allocated'].flatMap((type) => back.events(type))) {
      const picks = event.lines.map((line) => `${line.order_line} ${line.sku}`);
      expect(new Set(picks).size).toBe(picks.length);
    }
  });

  it('never falls below zero, and counts its stream without a gap', () => {
    const { back } = make(4, { ...everyFault(1), 'number-lost': 0, 'last-number-lost': 0 });
    const lines = back.events('stock.level').flatMap((event) => event.lines);
    expect(lines.flatMap((line) => Object.values(line.statuses)).filter((n) => n < 0)).toEqual([]);
    const adjustments = back.events('stock.adjusted');
    expect(adjustments.filter((a) => (a['after'] as number) < 0)).toEqual([]);
    expect(adjustments.filter((a) => a['after'] !== (a['before'] as number) + a.delta)).toEqual([]);
    const sequences = [
      ...lines.map((line) => line.sequence),
      ...adjustments.map((a) => a['sequence'] as number),
    ];
    sequences.sort((a, b) => a - b);
    expect(sequences).toEqual(sequences.map((_, n) => (sequences[0] ?? 0) + n));
  });
});
