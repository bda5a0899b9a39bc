import fc from 'fast-check';
import type { Pool } from 'pg';
import type { World } from '../../src/simulator';
import type { ProjectionSource } from '../../src/projections/settings';
import { type Current, currentOf, differences } from './support/current';
import { type Message, inHouse } from './support/house';
import { shuffled } from './support/shuffle';
import {
  HOUR,
  WORLD_OVER,
  WORLD_START,
  deliver,
  messagesOf,
  sourcesOf,
  withoutSilence,
  worlds,
} from './support/worlds';

const plan = fc.constantFrom(withoutSilence(1), withoutSilence(2));
const arrivals = fc.record({
  seed: fc.integer(),
  reach: fc.constantFrom(undefined, undefined, 300),
  blocks: fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 8 }),
  batch: fc.integer({ min: 50, max: 2_000 }),
});

describe('law 3: the order of arrival does not matter', () => {
  it('any permutation, seen at the same instant, gives the same current cases and drifts', async () => {
    await fc.assert(
      fc.asyncProperty(worlds({ faults: plan }), arrivals, arrivals, async (world, one, other) => {
        const messages = [...messagesOf(world), ...laggards];
        const left = await seen(world, shuffled(messages, one.seed, one.reach), one);
        const right = await seen(world, shuffled(messages, other.seed, other.reach), other);
        expect(differences(left, right)).toEqual([]);
        expect(Object.keys(left.drifts).length).toBeGreaterThan(0);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('what came in its time and what came in reverse, long after', async () => {
    await fc.assert(
      fc.asyncProperty(worlds({ faults: plan }), arrivals, async (world, how) => {
        const messages = [...messagesOf(world), ...laggards];
        const inTime = await inHouse(async (house) => {
          await house.clock.set(world.startAt);
          await house.configure(patient(world));
          await deliver(house, messages, how.blocks);
          await house.tick(WORLD_OVER);
          await house.fold(house.runner({ batch: how.batch }));
          return whatWasSaid(house.pool);
        });
        const reversed = await seen(world, [...messages].reverse(), how);
        expect(differences(inTime, reversed)).toEqual([]);
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });
});

/** How long a feed was silent is told by the clock of receipt, so no silence is long enough here. */
function patient(world: World): ProjectionSource[] {
  return sourcesOf(world).map((source) => ({ ...source, expectedIntervalSeconds: 30 * 86_400 }));
}

/** Streams that are named and lag behind their source: what was missing before the first of these came is not, after it. */
const laggards: Message[] = ['prima/ItemFulfilment', 'scend/order', 'scend/order'].map((feed, index) => {
  const [source, stream] = feed.split('/');
  const at = new Date(WORLD_START + (6 + index) * HOUR).toISOString();
  const heartbeat = { id: `lag-${index}`, type: 'feed.heartbeat', at, source, stream, as_of: at };
  return { source: 'middleware', body: JSON.stringify(heartbeat) };
});

/** The messages in this order, received in the world's last hours, judged after each block, and at the end of the world. */
async function seen(
  world: World,
  messages: readonly Message[],
  { blocks, batch }: { blocks: readonly number[]; batch: number },
): Promise<Current> {
  return inHouse(async (house) => {
    await house.clock.set(world.startAt);
    await house.configure(patient(world));
    await deliver(house, messages, blocks, { from: WORLD_OVER - 20 * HOUR, stepMs: HOUR / 100 });
    await house.tick(WORLD_OVER);
    await house.fold(house.runner({ batch }));
    return whatWasSaid(house.pool);
  });
}

/** How far a feed lags is told by the clock of receipt, too, unless a heartbeat tells it: which message came when is no matter here. */
async function whatWasSaid(pool: Pool): Promise<Current> {
  const { cases, drifts } = await currentOf(pool);
  const told = Object.entries(drifts).filter(([, drift]) => {
    const { detector, cause } = drift as { detector: string; cause: string };
    return detector !== 'feed-behind' || cause !== 'messages';
  });
  return { cases, drifts: Object.fromEntries(told) };
}
