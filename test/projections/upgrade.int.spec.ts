import type { ClientBase, Pool } from 'pg';
import { policySchema } from '../../src/domain/policy';
import { createLogger } from '../../src/platform/logging';
import { recordedChanges } from '../../src/projections/generation-progress';
import {
  beginGeneration,
  findGeneration,
  listGenerations,
  liveGeneration,
} from '../../src/projections/generations';
import { PROJECTOR, Lease } from '../../src/projections/lease';
import { promoteGeneration } from '../../src/projections/rebuild';
import { CurrentSettings, type Made } from '../../src/projections/settings';
import { type UpgradeParts, upgrade } from '../../src/projections/upgrade';
import { createWorld, everyFault } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { type House, inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';

const world = createWorld({ seed: 7, orders: 10, faults: everyFault(1), startAt: WORLD_START });
const lenient = policySchema.parse({ detectors: { 'order-rejected': { enabled: false } } });

function starting(
  house: House,
  over: Partial<UpgradeParts> = {},
  configured = house.settings.policy,
): UpgradeParts {
  const { pool, ledger, sources } = house;
  const current = new CurrentSettings(configured, sources);
  const wanted = (made: Made) => current.wanted(made);
  return { pool, ledger, log: createLogger('silent'), wanted, holder: 'this replica', ...over };
}

async function traded(house: House): Promise<void> {
  await house.configure(sourcesOf(world));
  await deliver(house, messagesOf(world), [40]);
  await house.tick(WORLD_OVER);
  await house.fold();
}

/** As if another version of Tallystick had made it. */
async function madeByOtherCode(house: House, id: number, db: Pool | ClientBase = house.pool): Promise<void> {
  await db.query(
    `UPDATE app.generations SET fingerprint = regexp_replace(fingerprint, '^[^-]*', 'othercode') WHERE id = $1`,
    [id],
  );
}

const statuses = async (house: House) =>
  (await listGenerations(house.pool)).map(({ id, status }) => `${id} ${status}`);

describe('a start', () => {
  it('whose code and settings are those of the live generation builds nothing', () =>
    inHouse(async (house) => {
      await house.fold();
      expect(await upgrade(starting(house))).toBe('current');
      expect(await statuses(house)).toEqual(['1 live']);
    }));

  it('with other code builds, records what changes, and promotes, once, however many replicas start', () =>
    inHouse(async (house) => {
      await traded(house);
      const before = await rowsOf(house.pool);
      await madeByOtherCode(house, 1);
      const all = await Promise.all([
        upgrade(starting(house)),
        upgrade(starting(house)),
        upgrade(starting(house)),
      ]);
      expect(all.sort()).toEqual(['current', 'current', 'promoted']);
      expect(await statuses(house)).toEqual(['2 live', '1 former']);
      expect(differences(await rowsOf(house.pool), before)).toEqual([]);
      const { position } = await house.ledger.head();
      expect(await recordedChanges(house.pool, 2)).toMatchObject({
        generation: 2,
        position,
        drifts: [],
        cases: [],
      });
      expect(await findGeneration(house.pool, 2)).toMatchObject({
        purpose: 'upgrade',
        reason: 'at a start: code or policy changed',
      });
    }));

  it('with another policy says, also when it is in force, what that has changed', () =>
    inHouse(async (house) => {
      await traded(house);
      expect(await upgrade(starting(house, {}, lenient))).toBe('promoted');
      const { drifts = [] } = (await recordedChanges(house.pool, 2)) ?? {};
      const said = new Set(drifts.map(({ change, detector }) => `${change} ${detector}`));
      expect(said).toEqual(new Set(['closed order-rejected']));
    }));

  it('begins anew what an earlier start has left half-built, and drops what is of other code', () =>
    inHouse(async (house) => {
      await traded(house);
      await madeByOtherCode(house, 1);
      const mine = await beginGeneration(house.pool, house.settings, { purpose: 'upgrade' });
      const foreign = await beginGeneration(house.pool, house.settings, { purpose: 'upgrade' });
      await madeByOtherCode(house, foreign.id);
      expect(await upgrade(starting(house))).toBe('promoted');
      expect(await statuses(house)).toEqual([`${mine.id} live`, '1 former']);
      expect((await liveGeneration(house.pool))?.interruptions).toMatchObject([{ why: 'died' }]);
    }));

  it('whose code was live before puts the former generation back instead of building', () =>
    inHouse(async (house) => {
      await traded(house);
      const { generation } = await house.rebuild();
      await madeByOtherCode(house, generation);
      await house.tick(WORLD_OVER + 1);
      expect(await upgrade(starting(house))).toBe('promoted');
      expect(await statuses(house)).toEqual([`${generation} former`, '1 live']);
    }));
});

describe('a policy that has a person promote what a start has built', () => {
  const policy = policySchema.parse({ promotion: { upgrades: 'by-person' } });

  it('is obeyed: it waits, is built once, and can be compared', () =>
    inHouse(
      async (house) => {
        await traded(house);
        await madeByOtherCode(house, 1);
        expect(await upgrade(starting(house))).toBe('waits');
        expect(await upgrade(starting(house))).toBe('waits');
        expect(await statuses(house)).toEqual(['2 ready', '1 live']);
        expect(await recordedChanges(house.pool, 2)).toMatchObject({ drifts: [] });
        const { pool, ledger, settings } = house;
        await promoteGeneration({ pool, ledger, settings, generation: 2 });
        expect(await upgrade(starting(house))).toBe('current');
      },
      { policy },
    ));

  it('is that in force, and not the one that is to come', () =>
    inHouse(async (house) => {
      await house.fold();
      expect(await upgrade(starting(house, {}, policy))).toBe('promoted');
    }));
});

describe('two replicas of different code', () => {
  it('do not promote each other away: what was replaced comes back only when nobody folds', () =>
    inHouse(async (house) => {
      await traded(house);
      // The other, newer one has taken this one's place and folds.
      const { generation } = await house.rebuild();
      await madeByOtherCode(house, generation);
      const other = new Lease(house.pool, PROJECTOR);
      expect(await other.take()).toBe(true);
      for (let round = 0; round < 3; round++) expect(await upgrade(starting(house))).toBe('behind');
      // Also where a draft was promoted since: it is the code that was replaced.
      const { generation: draft } = await house.rebuild({ settings: { ...house.settings, policy: lenient } });
      await madeByOtherCode(house, draft);
      expect(await upgrade(starting(house))).toBe('behind');
      expect((await liveGeneration(house.pool))?.id).toBe(draft);
      await other.release();
      expect(await upgrade(starting(house))).toBe('promoted');
    }));

  it('of which one cannot fold on what is live let the other one have the lease', () =>
    inHouse(async (house) => {
      await traded(house);
      const runner = house.runner({ log: createLogger('silent') });
      runner.start();
      try {
        await house.tick(WORLD_OVER + 1);
        const folded = async () =>
          (await house.pool.query<{ position: number }>('SELECT position FROM live.checkpoint')).rows[0]
            ?.position;
        const { position } = await house.ledger.head();
        // The runner records ticks of its own, so it may be further when it is asked.
        while (((await folded()) ?? 0) < position);
        const other = new Lease(house.pool, PROJECTOR);
        expect(await other.take()).toBe(false);
        // In the promotion itself: there is no moment in which the runner could take it for its own.
        await house.rebuild({
          onPromoted: (client, { generation }) => madeByOtherCode(house, generation, client),
        });
        while (!(await other.take()));
        expect(runner.leads).toBe(false);
      } finally {
        await runner.stop();
      }
    }));
});
