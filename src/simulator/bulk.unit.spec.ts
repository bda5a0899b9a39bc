import { generateBulk } from '.';
import type { Delivery } from './deliver';
import { findDrifts } from './testing/oracle.fixture';
import { readBack } from './testing/read-back.fixture';
import { balancesAt, levelsAt, movesOfScend } from './testing/stock-tallies.fixture';
import { iso } from './timeline';

const startAt = Date.UTC(2026, 0, 5);
const bulk = [...generateBulk({ seed: 1, facts: 24_000 })];
const deliveries = bulk.map((message): Delivery => ({ ...message, type: '' }));

describe('bulk trading', () => {
  it('is exactly as many different messages as asked for, one line each, the same for the same seed', () => {
    expect(bulk).toHaveLength(24_000);
    expect(new Set(bulk.map((message) => message.body)).size).toBe(24_000);
    expect(bulk.filter((message) => message.body.includes('\n'))).toEqual([]);
    const again = generateBulk({ seed: 1, facts: 24_000, startAt });
    expect([...again]).toEqual(bulk);
  });

  it('has no drift wherever it is cut off', () => {
    for (const length of [9_000, 15_001, 24_000]) {
      const back = readBack(deliveries.slice(0, length));
      const last = back.documents('SalesOrder').map((order) => Date.parse(order.modifiedAt));
      expect(findDrifts(back, Math.max(...last), iso(startAt))).toEqual([]);
    }
  });

  it('counts what its movements make', () => {
    const back = readBack(deliveries);
    const opening = levelsAt(back, iso(startAt));
    const later = back.events('stock.level').filter((event) => event.lines[0]?.as_of !== iso(startAt));
    expect(later.length).toBeGreaterThan(20);
    for (const { lines, warehouse } of later) {
      const [line] = lines;
      if (!line) throw new Error('an empty count');
      const key = `${line.sku}@${warehouse}`;
      const counted = levelsAt(back, line.as_of).get(key);
      const moved = movesOfScend(back, { from: iso(startAt), to: line.as_of }).get(key) ?? 0;
      expect(counted?.physical).toBe((opening.get(key)?.physical ?? 0) + moved);
      expect(balancesAt(back, line.as_of).get(key)?.free).toBe(counted?.free);
    }
  });
});
