import { foldWorld } from '../../bench/quality/fold-world';
import { catalogue } from '../../src/domain/drift/catalogue';
import { createWorld, everyFault, noFaults, type World } from '../../src/simulator';
import { shuffled } from '../laws/support/shuffle';

const HOUR = 3_600_000;
const startAt = Date.UTC(2026, 10, 16, 4);
// How long a feed was silent is told by the clock of receipt, which does not pass here.
const faulty = (seed: number, orders: number): World =>
  createWorld({ seed, orders, startAt, faults: { ...everyFault(1), 'silent-feed': 0 } });
/** No detector reads prices, and they are a third of a small world. */
const told = (world: World) => [...world.messages()].filter(({ type }) => type !== 'PriceList');
const clean = (seed: number): World => createWorld({ seed, orders: 120, startAt, faults: noFaults });

describe('what is found in a world', () => {
  it.each([1, 2])('is what was made to go wrong, all of it and nothing else (seed %i)', async (seed) => {
    const world = faulty(seed, 100);
    const { missed, extra } = await foldWorld(world, told(world), { block: 40 });
    expect({ missed, extra }).toEqual({ missed: [], extra: [] });
  });

  it.each([4, 5])('is the same however late, often and confused it is told (seed %i)', async (seed) => {
    const world = faulty(seed, 60);
    const messages = shuffled(told(world), seed, 3_000);
    const received = { from: world.endAt - HOUR, stepMs: 30_000 };
    const { missed, extra } = await foldWorld(world, messages, { block: 150, received });
    expect({ missed, extra }).toEqual({ missed: [], extra: [] });
  });

  it.each([6])('is nothing where nothing goes wrong (seed %i)', async (seed) => {
    const world = clean(seed);
    const inTime = await foldWorld(world, told(world), { block: 60 });
    expect(inTime.extra).toEqual([]);
    const confused = await foldWorld(world, shuffled(told(world), seed), { block: 200 });
    expect(confused.extra).toEqual([]);
  });

  it('has every detector that these sources can provoke, and what is superseded as a consequence', async () => {
    const world = faulty(8, 60);
    const { consequences } = await foldWorld(world, told(world), { block: 40 });
    const provoked = new Set(world.truth().map(({ detector }) => detector));
    const codes = new Set(catalogue.map(({ code }) => code));
    expect([...codes].filter((code) => !provoked.has(code))).toEqual(['feed-stale', 'check-incomplete']);
    expect([...consequences].sort()).toEqual([
      'sku-not-in-warehouse',
      'stock-mismatch',
      'transmission-failed',
    ]);
  });
});
