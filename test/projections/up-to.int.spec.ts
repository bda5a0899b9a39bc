import fc from 'fast-check';
import { policySchema } from '../../src/domain/policy';
import { diff, eachDifference } from '../../src/projections/diff';
import type { DriftDifference } from '../../src/projections/diff/drifts';
import { dropGeneration } from '../../src/projections/dropping';
import { GenerationRefused } from '../../src/projections/generation-refused';
import { findGeneration } from '../../src/projections/generations';
import { EndRefused, lastFactOf } from '../../src/projections/last-fact';
import { build, promoteGeneration } from '../../src/projections/rebuild';
import { createWorld, everyFault } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { type House, inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { HOUR, WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';

const world = createWorld({ seed: 5, orders: 20, faults: everyFault(2), startAt: WORLD_START });
const lenient = policySchema.parse({ detectors: { 'order-rejected': { enabled: false } } });

/** Built beside live with another policy, and with what it is compared with. */
function draftUpTo(house: House, lastFact: number, policy = lenient) {
  const { pool, ledger, settings } = house;
  const drafted = { ...settings, policy, configured: settings.policy };
  return build({ pool, ledger, settings: drafted, basis: settings, lastFact });
}

const parts = ({ pool, ledger, settings }: House, generation: number) => ({
  pool,
  ledger,
  settings,
  generation,
});

/** Everything is delivered; live has folded up to the end of a block that lies about there in history, and then the rest. */
async function traded(
  house: House,
  when: number,
): Promise<{ position: number; then: Awaited<ReturnType<typeof rowsOf>> }> {
  await house.configure(sourcesOf(world));
  const messages = messagesOf(world);
  const cut = Math.floor(when * messages.length);
  await deliver(house, messages.slice(0, cut), [30]);
  await house.fold();
  const then = await rowsOf(house.pool);
  const { position } = await house.ledger.head();
  await deliver(house, messages.slice(cut), [30]);
  await house.tick(WORLD_OVER);
  await house.fold();
  return { position, then };
}

describe('a draft that ends at a fact', () => {
  it('is compared with what live was at that fact, row for row, whatever has come since', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.3, max: 0.9, noNaN: true }), (when) =>
        inHouse(async (house) => {
          const { position, then } = await traded(house, when);
          const now = await rowsOf(house.pool);
          const { generation } = await draftUpTo(house, position);
          const { comparedWith } = (await findGeneration(house.pool, generation)) ?? {};
          expect(differences(await rowsOf(house.pool, `gen_${comparedWith}`), then)).toEqual([]);
          expect(differences(await rowsOf(house.pool), now)).toEqual([]);

          const rejected = then.drifts.filter(
            ({ detector, status }) => detector === 'order-rejected' && status === 'open',
          );
          const summary = await diff(parts(house, generation));
          expect(summary).toMatchObject({ generation, position });
          const each: DriftDifference[] = [];
          await eachDifference(
            parts(house, generation),
            'drifts',
            (items) => void each.push(...(items as DriftDifference[])),
          );
          const closed = each.filter(
            ({ change, detector }) => change === 'closed' && detector === 'order-rejected',
          );
          expect(closed.map(({ before }) => before?.id).sort()).toEqual(rejected.map(({ id }) => id).sort());
        }),
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('may end within a block, and differs in nothing where the same is in force', () =>
    inHouse(async (house) => {
      const { position } = await traded(house, 0.5);
      const { generation } = await draftUpTo(house, position - 7, house.settings.policy);
      expect(await diff(parts(house, generation))).toMatchObject({
        position: position - 7,
        drifts: [],
        cases: [],
      });
    }));

  it('is never promoted, and goes with what it is compared with', () =>
    inHouse(async (house) => {
      const { position } = await traded(house, 0.5);
      const { generation } = await draftUpTo(house, position);
      const { comparedWith } = (await findGeneration(house.pool, generation)) ?? {};
      for (const id of [generation, comparedWith ?? 0]) {
        const refused = promoteGeneration(parts(house, id));
        await expect(refused).rejects.toThrow(
          `generation ${id} ends at fact ${position}, and what came after is not in it`,
        );
        await expect(refused).rejects.toBeInstanceOf(GenerationRefused);
      }
      await expect(diff(parts(house, comparedWith ?? 0))).rejects.toThrow(
        /the draft beside it is compared with it/,
      );
      await dropGeneration(house.pool, generation, ['ready']);
      const { rows } = await house.pool.query(
        `SELECT status FROM app.generations WHERE id IN ($1, $2)
         UNION ALL SELECT nspname FROM pg_namespace WHERE nspname LIKE 'gen\\_%'`,
        [generation, comparedWith],
      );
      expect(rows).toEqual([{ status: 'dropped' }, { status: 'dropped' }]);
    }));
});

describe('the end of history', () => {
  it('is a fact that is recorded, or the last one until an instant', () =>
    inHouse(async (house) => {
      const [first, second] = [await house.tick(WORLD_START), await house.tick(WORLD_START + HOUR)];
      const now = WORLD_OVER;
      const of = (end: Parameters<typeof lastFactOf>[1]) => lastFactOf(house.ledger, end, now);
      expect(await of({ position: second })).toBe(second);
      expect(await of({ at: WORLD_START })).toBe(first);
      expect(await of({ at: WORLD_START + HOUR - 1 })).toBe(first);
      expect(await of({ at: WORLD_START + HOUR })).toBe(second);
      expect(await of({ at: now })).toBe(second);
      for (const [end, why] of [
        [{ position: second + 1 }, `fact ${second + 1} is not recorded: the last one is ${second}`],
        [{ at: WORLD_START - 1 }, 'the first fact is of 2026-11-16T04:00:00.000Z'],
        [{ at: now + 1 }, 'is still to come'],
      ] as const) {
        await expect(of(end)).rejects.toThrow(why);
        await expect(of(end)).rejects.toBeInstanceOf(EndRefused);
      }
    }));
});
