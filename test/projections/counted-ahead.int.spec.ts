import { policySchema } from '../../src/domain/policy';
import { CatchUp } from '../../src/projections/catch-up';
import { CountedAhead } from '../../src/projections/diff';
import { type DriftChanges, driftChanges } from '../../src/projections/diff/summary';
import { LIVE, schemaName } from '../../src/projections/generation-schema';
import { completeGeneration, positionOf, promote } from '../../src/projections/generations';
import { build } from '../../src/projections/rebuild';
import { createWorld, everyFault } from '../../src/simulator';
import { type House, inHouse } from '../laws/support/house';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';

const world = createWorld({ seed: 11, orders: 12, faults: everyFault(1), startAt: WORLD_START });
const messages = messagesOf(world);
/** One detector less, and another that no longer minds a little. */
const policy = policySchema.parse({
  detectors: {
    'order-rejected': { enabled: false },
    'fulfilment-quantity-mismatch': { enabled: false },
    'stock-mismatch': { enabled: false },
  },
});

/** What was counted ahead, and what would have been counted with everybody waiting. */
interface Told {
  ahead: DriftChanges[];
  whole: DriftChanges[];
  /** The longest list of keys that the promotion asked by. */
  longest: number;
}

class Nothing extends Error {}

/** As a promotion does it, which comes to nothing in the end. */
async function asked(
  house: House,
  counted: CountedAhead,
  generation: number,
  catchUp: CatchUp,
): Promise<Told> {
  let told: Told | undefined;
  const promotion = promote(house.pool, generation, {
    catchUp: (client, position) => catchUp.upTo(position, client),
    tell: async (client, succession) => {
      const after = schemaName(succession.next.schema);
      const since = await positionOf(client, LIVE);
      const queries = jest.spyOn(client, 'query');
      const ahead = await counted.now(client, succession, since);
      const lists = (queries.mock.calls as unknown[][]).flat(2).filter((value) => Array.isArray(value));
      queries.mockRestore();
      const longest = Math.max(0, ...lists.map(({ length }) => length));
      told = { ahead, whole: await driftChanges(client, { before: LIVE, after }), longest };
      throw new Nothing();
    },
  });
  await expect(promotion).rejects.toThrow(Nothing);
  if (!told) throw new Error('nothing was told');
  return told;
}

async function drafted(house: House): Promise<{ generation: number; schema: string; catchUp: CatchUp }> {
  const { pool, ledger } = house;
  const settings = { ...house.settings, policy };
  const { generation } = await build({ pool, ledger, settings });
  const { schema } = await completeGeneration(pool, generation);
  return { generation, schema, catchUp: await CatchUp.open({ ledger, pool, settings, schema }) };
}

describe('what a promotion changes, counted ahead', () => {
  it.each([
    [0, 20_000],
    [0.3, 20_000],
    [0.7, 20_000],
    [1, 20_000],
    [0.3, 3],
  ])('is what it is when it is promoted, %d of all having been there, up to %d moving', (share, most) =>
    inHouse(async (house) => {
      const some = Math.round(messages.length * share);
      await house.configure(sourcesOf(world));
      await deliver(house, messages.slice(0, some), [40]);
      await house.fold();
      const { generation, schema, catchUp } = await drafted(house);
      const counted = await CountedAhead.open(house.pool, schema, most);
      try {
        // Live goes on in steps, and the other follows at its own pace.
        await deliver(house, messages.slice(some), [40]);
        await house.runner({ batch: 30 }).step();
        await catchUp.untilNear(() => undefined);
        await house.fold();
        await house.tick(WORLD_OVER);
        await house.fold();
        const { ahead, whole, longest } = await asked(house, counted, generation, catchUp);
        expect(ahead).toEqual(whole);
        expect(whole.length).toBeGreaterThan(2);
        // What is beyond the bound is counted anew, and not kept in memory.
        expect(longest).toBeLessThanOrEqual(most);
        if (share < 1 && most > 3) expect(longest).toBeGreaterThan(3);
      } finally {
        await counted.close();
      }
    }),
  );

  it('is counted anew where another was promoted meanwhile', () =>
    inHouse(async (house) => {
      await house.configure(sourcesOf(world));
      await deliver(house, messages, [40]);
      await house.tick(WORLD_OVER);
      await house.fold();
      const { generation, schema, catchUp } = await drafted(house);
      const counted = await CountedAhead.open(house.pool, schema);
      try {
        await house.rebuild({ settings: { ...house.settings, policy } });
        const { ahead } = await asked(house, counted, generation, catchUp);
        expect(ahead).toEqual([]);
      } finally {
        await counted.close();
      }
    }));

  it('leaves no connection in use, and nobody waiting, where it fails', () =>
    inHouse(async (house) => {
      await house.fold();
      await expect(CountedAhead.open(house.pool, 'gen_99')).rejects.toThrow(/gen_99/);
      expect(house.pool.idleCount).toBe(house.pool.totalCount);
      const { generation } = await house.rebuild();
      expect(generation).toBe(2);
    }));
});
