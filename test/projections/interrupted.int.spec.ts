import { policySchema } from '../../src/domain/policy';
import { createLogger } from '../../src/platform/logging';
import { dropAbandoned } from '../../src/projections/abandoned';
import { LeftToTheNext } from '../../src/projections/building';
import { setProgress } from '../../src/projections/generation-progress';
import { guardBuild } from '../../src/projections/generation-locks';
import { beginGeneration, findGeneration } from '../../src/projections/generations';
import { build } from '../../src/projections/rebuild';
import { Replays } from '../../src/projections/replays';
import { createWorld, everyFault } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { type House, inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';
import { settled } from '../support/settled';

const world = createWorld({ seed: 6, orders: 10, faults: everyFault(1), startAt: WORLD_START });
const lenient = policySchema.parse({ detectors: { 'order-rejected': { enabled: false } } });

async function traded(house: House): Promise<void> {
  await house.configure(sourcesOf(world));
  await deliver(house, messagesOf(world), [40]);
  await house.tick(WORLD_OVER);
  await house.fold();
}

const drafted = ({ settings }: House) => ({ ...settings, policy: lenient, configured: settings.policy });

const replaysIn = ({ pool, ledger, settings }: House) =>
  new Replays({ pool, ledger, settings, log: createLogger('silent') });

/** As a builder that was killed left it: half built, and nobody holds its guard. */
async function left(house: House, lastFact: number | null = null): Promise<number> {
  const request = { purpose: 'draft', requestedBy: 'ada', reason: 'month-end', lastFact } as const;
  const { id, schema } = await beginGeneration(house.pool, drafted(house), request);
  await setProgress(house.pool, id, { phase: 'folding', position: 43, head: 100 });
  await house.pool.query(
    `INSERT INTO ${schema}.waits VALUES ('half', 'built', now()); CREATE INDEX ON ${schema}.waits (case_key)`,
  );
  return id;
}

async function ready(house: House, id: number): Promise<void> {
  await settled(async () => (await findGeneration(house.pool, id))?.status !== 'building');
}

describe('a draft whose builder died', () => {
  it('is begun anew as it was asked for, under its number, and says so', () =>
    inHouse(async (house) => {
      await traded(house);
      const replays = replaysIn(house);
      const id = await left(house);
      expect(await replays.pickUp()).toBe(id);
      await ready(house, id);
      expect(await findGeneration(house.pool, id)).toMatchObject({
        status: 'ready',
        requestedBy: 'ada',
        reason: 'month-end',
        failure: null,
        made: { policy: lenient },
        interruptions: [{ why: 'died', phase: 'folding', position: 43, head: 100 }],
      });
      const { pool, ledger } = house;
      const { generation } = await build({ pool, ledger, settings: drafted(house) });
      expect(differences(await rowsOf(pool, `gen_${id}_1`), await rowsOf(pool, `gen_${generation}`))).toEqual(
        [],
      );
      expect(await replays.pickUp()).toBeNull();
      await replays.stop();
    }));

  it('and that ended at a fact ends there again, beside what it is compared with', () =>
    inHouse(async (house) => {
      await traded(house);
      const replays = replaysIn(house);
      const id = await left(house, 50);
      await replays.pickUp();
      await ready(house, id);
      expect(await replays.diff(id)).toMatchObject({ generation: id, position: 50 });
      await replays.stop();
    }));

  it('is left alone while somebody builds it, and picked up by one of two who look', () =>
    inHouse(async (house) => {
      await house.fold();
      const id = await left(house);
      const [one, other] = [replaysIn(house), replaysIn(house)];
      const guard = await guardBuild(house.pool, id);
      expect(await one.pickUp()).toBeNull();
      await guard.release();
      const taken = await Promise.all([one.pickUp(), other.pickUp()]);
      expect(taken.filter((each) => each !== null)).toEqual([id]);
      await ready(house, id);
      expect((await findGeneration(house.pool, id))?.interruptions).toHaveLength(1);
      await one.stop();
      await other.stop();
    }));

  it('three times is given up: it may be what kills them', () =>
    inHouse(async (house) => {
      await house.fold();
      const id = await left(house);
      await house.pool.query('UPDATE app.generations SET interruptions = $2 WHERE id = $1', [
        id,
        JSON.stringify([{ why: 'died' }, { why: 'stopped' }, { why: 'died' }]),
      ]);
      expect(await replaysIn(house).pickUp()).toBeNull();
      expect(await findGeneration(house.pool, id)).toMatchObject({
        status: 'dropped',
        failure: 'given up: its builder died 3 times, at last at fact 43 of 100',
      });
    }));

  it('can be discarded by anyone', () =>
    inHouse(async (house) => {
      await house.fold();
      const id = await left(house);
      await replaysIn(house).discard(id);
      expect(await findGeneration(house.pool, id)).toMatchObject({ status: 'dropped', failure: 'discarded' });
    }));
});

describe('a builder', () => {
  it('that is asked to end leaves its draft to the next, and did not die', () =>
    inHouse(async (house) => {
      await traded(house);
      const { pool, ledger } = house;
      const stop = new AbortController();
      let id = 0;
      const building = build({
        pool,
        ledger,
        settings: drafted(house),
        signal: stop.signal,
        onBegun: (generation) => void (id = generation),
        onProgress: () => stop.abort(new LeftToTheNext('the service stops')),
      });
      await expect(building).rejects.toThrow('the service stops');
      const replays = replaysIn(house);
      expect(await replays.pickUp()).toBe(id);
      await ready(house, id);
      expect(await findGeneration(pool, id)).toMatchObject({
        status: 'ready',
        interruptions: [{ why: 'stopped', phase: 'folding' }],
      });
      await replays.stop();
    }));

  it('that loses its guard stops, and leaves alone what is another’s by then', () =>
    inHouse(async (house) => {
      await traded(house);
      const { pool, ledger } = house;
      let id = 0;
      let cut: Promise<unknown> | null = null;
      const held = await pool.connect();
      const building = build({
        pool,
        ledger,
        settings: drafted(house),
        onBegun: async (generation) => {
          id = generation;
          // It comes to its indexes and waits there.
          await held.query('SELECT pg_advisory_lock($1, $2)', [0x7a12, id]);
        },
        onProgress({ phase }) {
          if (phase !== 'loading') return;
          cut ??= pool.query(
            `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND classid = $1 AND objid = $2 AND granted`,
            [0x7a11, id],
          );
        },
      });
      const failed = expect(building).rejects.toThrow();
      await settled(async () => cut !== null && (await cut.then(() => true)));
      const replays = replaysIn(house);
      expect(await replays.pickUp()).toBe(id);
      // What the first still writes comes to nothing: the next has other tables.
      const { rows: left } = await pool.query(`SELECT to_regnamespace('gen_${id}') AS namespace`);
      expect(left).toEqual([{ namespace: null }]);
      held.release(true);
      await failed;
      await ready(house, id);
      expect(await findGeneration(pool, id)).toMatchObject({ status: 'ready', failure: null });
      const { generation } = await build({ pool, ledger, settings: drafted(house) });
      expect(differences(await rowsOf(pool, `gen_${id}_1`), await rowsOf(pool, `gen_${generation}`))).toEqual(
        [],
      );
      await replays.stop();
    }));

  it('stops where another replica discards what it builds', () =>
    inHouse(async (house) => {
      await traded(house);
      const { pool, ledger } = house;
      let discarded: Promise<void> | undefined;
      let id = 0;
      const held = await pool.connect();
      const building = build({
        pool,
        ledger,
        settings: drafted(house),
        onBegun: async (generation) => {
          id = generation;
          await held.query('SELECT pg_advisory_lock($1, $2)', [0x7a12, id]);
        },
        onProgress: () => void (discarded ??= replaysIn(house).discard(id)),
      });
      const failed = expect(building).rejects.toThrow('discarded');
      await settled(async () => (await findGeneration(pool, id))?.failure === 'discarded');
      held.release(true);
      await failed;
      await discarded;
      expect(await findGeneration(pool, id)).toMatchObject({ status: 'dropped', failure: 'discarded' });
    }));

  it('who would have promoted it himself leaves nothing that anyone waits for', () =>
    inHouse(async (house) => {
      await house.fold();
      const { pool, settings } = house;
      const half = await beginGeneration(pool, settings, { purpose: 'rebuild' });
      const whole = await beginGeneration(pool, settings, { purpose: 'rebuild' });
      await pool.query(`UPDATE app.generations SET status = 'ready' WHERE id = $1`, [whole.id]);
      const basis = await beginGeneration(pool, settings, { purpose: 'basis' });
      const draft = await beginGeneration(pool, settings, { purpose: 'draft' });
      expect(await dropAbandoned(pool)).toEqual([half.id, whole.id, basis.id]);
      expect(await findGeneration(pool, draft.id)).toMatchObject({ status: 'building' });
      expect(await findGeneration(pool, half.id)).toMatchObject({
        status: 'dropped',
        failure: 'its builder died',
      });
    }));
});
