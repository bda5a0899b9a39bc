import fc from 'fast-check';
import { defaultPolicy, policySchema } from '../../src/domain/policy';
import {
  type DiffItem,
  type SectionItems,
  diff,
  diffPage,
  eachDifference,
  sectionNames,
} from '../../src/projections/diff';
import type { Page, Place } from '../../src/projections/diff/page';
import { wholeState } from '../../src/projections/generation-schema';
import { dropGeneration } from '../../src/projections/dropping';
import { GenerationRefused } from '../../src/projections/generation-refused';
import { beginGeneration, listGenerations, liveGeneration, promote } from '../../src/projections/generations';
import { OtherCode } from '../../src/projections/live';
import { build, promoteGeneration } from '../../src/projections/rebuild';
import { CurrentSettings } from '../../src/projections/settings';
import { createWorld, everyFault } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { type House, inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { settled } from '../support/settled';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf, worlds } from '../laws/support/worlds';

const world = createWorld({ seed: 3, orders: 25, faults: everyFault(2), startAt: WORLD_START });
/** Nobody is told of rejected orders any more, and prices may be off by more. */
const lenient = policySchema.parse({
  detectors: {
    'order-rejected': { enabled: false },
    'invoice-price-mismatch': { toleranceMinor: 1_000_000 },
  },
});

async function traded(house: House): Promise<void> {
  await house.configure(sourcesOf(world));
  await deliver(house, messagesOf(world), [40]);
  await house.tick(WORLD_OVER);
  await house.fold();
}

function draft(house: House, policy = lenient) {
  const { pool, ledger, settings } = house;
  return build({ pool, ledger, settings: { ...settings, policy, configured: settings.policy } });
}

type DriftDifference = SectionItems['drifts'];

const parts = ({ pool, ledger, settings }: House, generation: number) => ({
  pool,
  ledger,
  settings,
  generation,
});

describe('a draft beside the live generation', () => {
  it('is compared with the one that is live when a promotion under way is over', () =>
    inHouse(async (house) => {
      await traded(house);
      const [first, second] = [await draft(house), await draft(house)];
      let compared: Promise<unknown> = Promise.resolve();
      await promote(house.pool, first.generation, {
        catchUp: async () => {
          compared = diff(parts(house, second.generation));
          await settled(
            async () => (await house.pool.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount !== 0,
          );
        },
      });
      expect(await compared).toMatchObject({ drifts: [], cases: [] });
    }));

  it('differs in the same where an earlier release has made its tables', () =>
    inHouse(async (house) => {
      await traded(house);
      const { generation } = await draft(house);
      const all = async () => {
        const told: DiffItem[] = [];
        for (const section of sectionNames)
          await eachDifference(parts(house, generation), section, (items) => void told.push(...items));
        return { told, drifts: (await diff(parts(house, generation))).drifts };
      };
      const now = await all();
      expect(now.drifts).not.toEqual([]);
      // Whole states in one column, as they once were.
      await house.pool.query(
        `UPDATE gen_${generation}.cases c SET state = ${wholeState('c')};
         ALTER TABLE gen_${generation}.cases DROP COLUMN rare`,
      );
      expect(await all()).toEqual(now);
    }));

  it('of the same settings differs in nothing, at any moment of the traffic', async () => {
    await fc.assert(
      fc.asyncProperty(
        worlds({ orders: { min: 5, max: 15 } }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (of, when) =>
          inHouse(async (house) => {
            await house.configure(sourcesOf(of));
            const messages = messagesOf(of);
            const cut = Math.floor(when * messages.length);
            await deliver(house, messages.slice(0, cut), [30]);
            await house.fold();
            const { generation } = await draft(house, defaultPolicy);
            await deliver(house, messages.slice(cut), [30]);
            await house.fold();
            const { drifts, cases, quarantine, position } = await diff(parts(house, generation));
            expect({ drifts, cases, quarantine }).toEqual({
              drifts: [],
              cases: [],
              quarantine: { left: 0, entered: 0 },
            });
            expect(position).toBe((await house.ledger.head()).position);
          }),
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('says which drifts open and close, drift by drift and in sums, and changes nothing itself', () =>
    inHouse(async (house) => {
      await traded(house);
      const before = await rowsOf(house.pool);
      const { generation } = await draft(house);
      const summary = await diff(parts(house, generation));
      const each: DriftDifference[] = [];
      await eachDifference(
        parts(house, generation),
        'drifts',
        (items) => void each.push(...(items as DriftDifference[])),
      );
      // Page by page it is the same.
      const paged: unknown[] = [];
      for (let place: Place | null = null; ;) {
        const page: Page<unknown> = await diffPage(parts(house, generation), 'drifts', place, 3);
        paged.push(...page.items);
        if (page.place === null) break;
        place = page.place;
      }
      expect(paged).toEqual(each);
      expect(differences(await rowsOf(house.pool), before)).toEqual([]);

      const standing = (rows: typeof before) =>
        new Map(
          rows.drifts
            .filter(({ status }) => status === 'open' || status === 'accepted')
            .map((drift) => [`${drift.case_key} ${drift.anchor}`, drift]),
        );
      const [live, shadow] = [standing(before), standing(await rowsOf(house.pool, `gen_${generation}`))];
      const closed = [...live].filter(([key]) => !shadow.has(key)).map(([, drift]) => drift);
      const opened = [...shadow].filter(([key]) => !live.has(key)).map(([, drift]) => drift);
      expect(closed.some(({ detector }) => detector === 'order-rejected')).toBe(true);
      const ids = (change: DriftDifference['change'], side: 'before' | 'after') =>
        each
          .filter((one) => one.change === change)
          .map((one) => one[side]?.id)
          .sort();
      expect(ids('closed', 'before')).toEqual(closed.map(({ id }) => id).sort());
      expect(ids('opened', 'after')).toEqual(opened.map(({ id }) => id).sort());
      expect(each.filter(({ change }) => change === 'closed').every(({ after: none }) => none === null)).toBe(
        true,
      );
      const total = (change: string, what: 'drifts' | 'minor') =>
        summary.drifts.filter((one) => one.change === change).reduce((sum, one) => sum + one[what], 0);
      expect(total('closed', 'drifts')).toBe(closed.length);
      expect(total('opened', 'drifts')).toBe(opened.length);
      expect(total('closed', 'minor')).toBe(
        closed.reduce((sum, { amount_minor: minor }) => sum + (minor ?? 0), 0),
      );
    }));

  it('is compared as of the fact that live has folded, however much waits in the ledger', () =>
    inHouse(async (house) => {
      await house.configure(sourcesOf(world));
      const messages = messagesOf(world);
      await deliver(house, messages.slice(0, 200), [40]);
      await house.fold();
      const { position } = await house.ledger.head();
      await deliver(house, messages.slice(200), [40]);
      const { pool, ledger, settings } = house;
      const { generation } = await build({ pool, ledger, settings, upTo: position });
      const unchanged = { drifts: [], cases: [], position };
      expect(await diff(parts(house, generation))).toMatchObject(unchanged);
      expect(await diff(parts(house, generation))).toMatchObject(unchanged);
      await promoteGeneration(parts(house, generation));
      await house.fold();
      const before = await rowsOf(pool);
      await house.rebuild();
      expect(differences(await rowsOf(pool), before)).toEqual([]);
    }));

  it('promoted and rolled back leaves everything as it was, also what arrived meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.2, max: 1, noNaN: true }), (when) =>
        inHouse(async (house) => {
          await house.configure(sourcesOf(world));
          const messages = messagesOf(world);
          const cut = Math.floor(when * messages.length);
          await deliver(house, messages.slice(0, cut), [40]);
          await house.fold();
          const first = await liveGeneration(house.pool);
          const { generation } = await draft(house);
          await promoteGeneration(parts(house, generation));
          // Live goes on under the draft's policy, by a runner that adopts it.
          const settings = new CurrentSettings(defaultPolicy, house.sources);
          const runner = house.runner({ settings, adopt: ({ made }) => settings.adopt(made) });
          await deliver(house, messages.slice(cut), [40]);
          await house.tick(WORLD_OVER);
          await house.fold(runner);
          expect(settings.policy).toEqual(lenient);
          const lenientRows = await rowsOf(house.pool);
          expect(lenientRows.drifts.some(({ detector }) => detector === 'order-rejected')).toBe(false);

          await promoteGeneration(parts(house, first!.id));
          await house.fold();
          const back = await rowsOf(house.pool);
          await house.rebuild();
          expect(differences(await rowsOf(house.pool), back)).toEqual([]);
          // And forward again: the draft is still there, and catches up.
          await promoteGeneration(parts(house, generation));
          expect(differences(await rowsOf(house.pool), lenientRows)).toEqual([]);
        }),
      ),
      { numRuns: 2, endOnFailure: true },
    );
  });

  it('is refused where it is not there, not complete, dropped, live already, or of another version', () =>
    inHouse(async (house) => {
      await traded(house);
      const live = await liveGeneration(house.pool);
      const refused = async (generation: number, why: RegExp) => {
        await expect(promoteGeneration(parts(house, generation))).rejects.toThrow(why);
        await expect(promoteGeneration(parts(house, generation))).rejects.toBeInstanceOf(GenerationRefused);
        await expect(diff(parts(house, generation))).rejects.toBeInstanceOf(GenerationRefused);
      };
      await refused(9_999, /there is no generation 9999/);
      await refused(live!.id, /live already/);
      const unfinished = await beginGeneration(house.pool, house.settings);
      await refused(unfinished.id, /still being built/);
      const { generation: dropped } = await draft(house);
      await dropGeneration(house.pool, dropped, ['ready']);
      await refused(dropped, /was dropped/);
      const { generation: foreign } = await draft(house);
      await house.pool.query(`UPDATE app.generations SET fingerprint = 'other-code' WHERE id = $1`, [
        foreign,
      ]);
      await expect(promoteGeneration(parts(house, foreign))).rejects.toThrow(/another version/);
      expect((await liveGeneration(house.pool))?.id).toBe(live!.id);
    }));

  it('made by other code is served and not folded on', () =>
    inHouse(async (house) => {
      await traded(house);
      await house.pool.query(`UPDATE app.generations SET fingerprint = 'other-code' WHERE status = 'live'`);
      const before = await rowsOf(house.pool);
      await house.tick(WORLD_OVER + 1);
      await expect(house.runner().step()).rejects.toBeInstanceOf(OtherCode);
      expect(differences(await rowsOf(house.pool), before)).toEqual([]);
    }));

  it('that was live long ago makes room', () =>
    inHouse(async (house) => {
      await house.fold();
      for (let round = 0; round < 4; round++) await house.rebuild();
      const statuses = (await listGenerations(house.pool)).map(({ status }) => status);
      expect(statuses).toEqual(['live', 'former', 'former']);
    }));
});
