import type { Pool } from 'pg';
import { policySchema } from '../../src/domain/policy';
import { createLogger } from '../../src/platform/logging';
import { dropAbandoned } from '../../src/projections/abandoned';
import { diff } from '../../src/projections/diff';
import { dropGeneration } from '../../src/projections/dropping';
import { guardBuild } from '../../src/projections/generation-locks';
import { GenerationRefused } from '../../src/projections/generation-refused';
import { columnNames } from '../../src/projections/generation-schema';
import {
  CheckpointMoved,
  beginGeneration,
  findGeneration,
  lastFormer,
  liveGeneration,
} from '../../src/projections/generations';
import { Lease, PROJECTOR } from '../../src/projections/lease';
import type { LiveRunner } from '../../src/projections/live';
import { build, promoteGeneration, rebuild } from '../../src/projections/rebuild';
import { Replays } from '../../src/projections/replays';
import { CurrentSettings, type Made, type ProjectionSettings } from '../../src/projections/settings';
import { upgrade } from '../../src/projections/upgrade';
import { createWorld, everyFault } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { type House, inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { randomFrom } from '../laws/support/shuffle';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';
import { doneOrWaiting, poolWithMoments } from '../support/moments';
import { settled } from '../support/settled';

const ROUNDS = Number(process.env['OPERATOR_ROUNDS'] ?? 50);
const SEED = Number(process.env['OPERATOR_SEED'] ?? Date.now() % 1_000_000);

const world = createWorld({ seed: 5, orders: 4, faults: everyFault(1), startAt: WORLD_START });
const lenient = policySchema.parse({ detectors: { 'order-rejected': { enabled: false } } });
const log = createLogger('silent');

/** What a process of its own has: nothing is shared with the others but the database. */
interface Site {
  pool: Pool;
  house: House;
}

const partsOf = ({ pool, house: { ledger, settings } }: Site) => ({ pool, ledger, settings });
const replaysOf = (site: Site) => new Replays({ ...partsOf(site), log });
const anybody = { name: 'local:unverified', verified: false };

async function traded(house: House): Promise<void> {
  await house.configure(sourcesOf(world));
  await deliver(house, messagesOf(world), [40]);
  await house.tick(WORLD_OVER);
  await house.fold();
}

/** As a service folds: by what the live generation was made with. */
function runnerOf({ pool, house }: Site): LiveRunner {
  const settings = new CurrentSettings(house.settings.policy, house.sources);
  return house.runner({ pool, settings, adopt: ({ made }) => settings.follow(made) });
}

let hours = 0;

function hourLater(house: House): Promise<number> {
  return house.tick(WORLD_OVER + ++hours * 3_600_000);
}

const drafted = ({ settings }: House): ProjectionSettings => ({
  ...settings,
  policy: lenient,
  configured: settings.policy,
});

async function draft(house: House): Promise<number> {
  const { pool, ledger } = house;
  return (await build({ pool, ledger, settings: drafted(house) })).generation;
}

/** Of what a round has prepared: the draft that waits, and the generation that was live before. */
interface Prepared {
  draft: number;
  former: number;
}

const acts: Record<string, (site: Site, prepared: Prepared) => Promise<unknown>> = {
  'promotes the draft': (site, { draft: id }) => replaysOf(site).promote(id, anybody, { versions: {} }),
  'goes back': async (site) => {
    const last = await lastFormer(site.pool);
    if (last) await replaysOf(site).promote(last.id, anybody, { versions: {} });
  },
  'discards the draft': (site, { draft: id }) => replaysOf(site).discard(id),
  'drops the former one': (site, { former }) => dropGeneration(site.pool, former, ['former', 'ready']),
  'drops what was abandoned': (site) => dropAbandoned(site.pool),
  'replays and promotes': (site) => rebuild(partsOf(site)),
  'starts with another policy': (site) =>
    upgrade({
      ...partsOf(site),
      log,
      wanted: (made: Made) => ({
        ...site.house.settings,
        policy:
          made.policy.detectors['order-rejected']?.enabled === false ? site.house.settings.policy : lenient,
      }),
      holder: 'nobody',
    }),
  'begins a dead one anew': async (site) => {
    const replays = replaysOf(site);
    const id = await replays.pickUp();
    if (id !== null) await settled(async () => (await findGeneration(site.pool, id))?.status !== 'building');
    await replays.stop();
  },
  compares: (site, { draft: id }) => diff({ ...partsOf(site), generation: id }),
  'folds what is new': async (site) => {
    await hourLater(site.house);
    await runnerOf(site).step();
  },
};

/** What an act may answer when another was faster. */
function isAnswer(error: unknown): boolean {
  return error instanceof GenerationRefused || error instanceof CheckpointMoved;
}

/** Columns by table. */
const tables = new Map<string, string[]>();
for (const [table = '', column = ''] of columnNames().map((each) => each.split('.')))
  tables.set(table, [...(tables.get(table) ?? []), column]);

async function whole({ pool }: House): Promise<void> {
  const { rows } = await pool.query<{ id: number; status: string; schema: string; failure: string | null }>(
    `SELECT id, status, schema_name AS schema, failure FROM app.generations WHERE status <> 'dropped' ORDER BY id`,
  );
  expect(rows.filter(({ status }) => status === 'live')).toHaveLength(1);
  for (const { id, status, schema, failure } of rows) {
    const name = { live: /^live$/, former: RegExp(`^former_${id}$`) }[status] ?? RegExp(`^gen_${id}(_\\d)?$`);
    expect([schema, failure]).toEqual([expect.stringMatching(name), null]);
  }
  const there = await pool.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '^(live|former_|gen_)'`,
  );
  expect(there.rows.map(({ name }) => name).sort()).toEqual(rows.map(({ schema }) => schema).sort());
  for (const { id, schema, status } of rows) {
    for (const [table, columns] of tables)
      await pool.query(`SELECT ${columns.join(', ')} FROM ${schema}.${table} LIMIT 1`);
    const point = await pool.query(`SELECT generation FROM ${schema}.checkpoint`);
    expect([status, point.rows]).toEqual([status, [{ generation: id }]]);
  }
  const locks = await pool.query(
    `SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid BETWEEN 31232 AND 31247`,
  );
  expect(locks.rows).toEqual([]);
}

async function nextFactIsFolded(house: House): Promise<void> {
  const position = await hourLater(house);
  const lease = new Lease(house.pool, PROJECTOR);
  expect(await lease.take()).toBe(true);
  await house.fold(runnerOf({ pool: house.pool, house }));
  await lease.release();
  const { rows } = await house.pool.query('SELECT position FROM live.checkpoint');
  expect(rows).toEqual([{ position }]);
}

/** A draft that waits, a former generation, one whose builder died, and one that a killed `replay` has left. */
async function prepared(house: House): Promise<Prepared> {
  const { pool } = house;
  const waiting = await pool.query<{ id: number }>(
    `SELECT id FROM app.generations WHERE status = 'ready' AND purpose = 'draft' ORDER BY id DESC`,
  );
  const id = waiting.rows[0]?.id ?? (await draft(house));
  const former = (await lastFormer(pool))?.id ?? (await liveGeneration(pool))?.id ?? 0;
  const { rowCount } = await pool.query(
    `SELECT FROM app.generations WHERE status = 'building' AND purpose = 'draft'`,
  );
  if (rowCount === 0) await beginGeneration(pool, drafted(house), { purpose: 'draft' });
  await beginGeneration(pool, house.settings, { purpose: 'rebuild' });
  return { draft: id, former };
}

async function inSites(
  house: House,
  work: (one: Site, other: Site, moments: ReturnType<typeof poolWithMoments>) => Promise<void>,
) {
  const [moments, other] = [poolWithMoments(house.url), poolWithMoments(house.url)];
  try {
    await work({ pool: moments.pool, house }, { pool: other.pool, house }, moments);
  } finally {
    await Promise.all([moments.pool.end(), other.pool.end()]);
  }
}

describe('two at once', () => {
  it('of whom one discards what the other promotes leave the live views whole', () =>
    inHouse(async (house) => {
      await traded(house);
      const id = await draft(house);
      // What has come since is folded by the promotion, into tables that are not live yet.
      await hourLater(house);
      await inSites(house, async (site) => {
        let discarded: Promise<unknown> = Promise.resolve();
        await promoteGeneration({
          ...partsOf({ pool: house.pool, house }),
          generation: id,
          onPromoted: async () => {
            discarded = replaysOf(site)
              .discard(id)
              .catch((error: unknown) => error);
            await doneOrWaiting(house.pool, discarded);
          },
        });
        expect(await discarded).toBeInstanceOf(GenerationRefused);
      });
      await whole(house);
      expect(await findGeneration(house.pool, id)).toMatchObject({ status: 'live' });
      await nextFactIsFolded(house);
    }));

  it('of whom one waits in vain is told who it waits for', () =>
    inHouse(async (house) => {
      await traded(house);
      const id = await draft(house);
      const guard = await guardBuild(house.pool, id);
      const waiting = { ...partsOf({ pool: house.pool, house }), generation: id, waitsMs: 1 };
      await expect(promoteGeneration(waiting)).rejects.toThrow(
        /another builds, compares, promotes or drops a generation: process \d+ of the database \(tallystick test, connected since 2/,
      );
      await expect(promoteGeneration(waiting)).rejects.toBeInstanceOf(GenerationRefused);
      await guard.release();
      await whole(house);
    }));

  it(`at random moments leave whole generations (${ROUNDS} rounds, OPERATOR_SEED=${SEED})`, async () => {
    const random = randomFrom(SEED);
    const names = Object.keys(acts);
    const pick = () => names[Math.floor(random() * names.length)] ?? '';
    /** How many statements an act has had at the most. */
    const long = new Map<string, number>();
    await inHouse(async (house) => {
      await traded(house);
      await house.rebuild();
      for (let round = 0; round < ROUNDS; round++) {
        const [first, second] = [pick(), pick()];
        const at = 1 + Math.floor(random() * (long.get(first) ?? 40));
        try {
          const ready = await prepared(house);
          await inSites(house, async (one, other, moments) => {
            let acting: Promise<unknown> | null = null;
            const act = (name: string, site: Site) =>
              acts[name]?.(site, ready).then(
                () => null,
                (error: unknown) => (isAnswer(error) ? null : error),
              ) ?? Promise.resolve(null);
            const begin = () => (acting ??= act(second, other));
            moments.haltAt(at, () => doneOrWaiting(house.pool, begin()));
            expect(await act(first, one)).toBeNull();
            expect(await begin()).toBeNull();
            long.set(first, Math.max(long.get(first) ?? 0, moments.passed));
          });
          await dropAbandoned(house.pool);
          await whole(house);
          await nextFactIsFolded(house);
        } catch (error) {
          throw new Error(`round ${round}: one ${first}, at its statement ${at} another ${second}`, {
            cause: error,
          });
        }
      }
      const live = await rowsOf(house.pool);
      await house.rebuild({
        settings: { ...house.settings, policy: (await liveGeneration(house.pool))!.made.policy },
      });
      expect(differences(await rowsOf(house.pool), live)).toEqual([]);
    });
  }, 600_000);
});
