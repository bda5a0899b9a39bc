import { setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { createLogger } from '../../src/platform/logging';
import { createPool } from '../../src/platform/pools';
import { createWorld, everyFault } from '../../src/simulator';
import { Load, type Request, requestsOf } from '../crash/load';
import { OwnDatabase } from '../kafka/site';
import { type Current, currentOf, differences } from '../laws/support/current';
import { randomFrom } from '../laws/support/shuffle';
import { withoutTold } from '../laws/support/without-told';
import { type FakeSlack, fakeSlack, ok } from '../support/slack';
import { Supervised } from '../support/supervised';

/** `npm run test:kill:replicas` asks for 12 and 5 s: a minute. */
const KILLS = Number(process.env.KILL_ROUNDS ?? 2);
const EVERY_MS = Number(process.env.KILL_EVERY_MS ?? 1_000);
const ORDERS = Number(process.env.KILL_ORDERS ?? 60);
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const FULL = KILLS > 2;
const REPLICAS = ['one', 'two', 'three'];
const FOUR_DAYS = 4 * 86_400_000;
/** Design: standbys take over within 10 s. */
const TAKEOVER_MS = 10_000;
/** One that ends in order gives its lease up, and the others ask for it every second. */
const HANDED_ON_MS = 3_000;
const PUBLIC_URL = 'https://tally.example.com/ops';
const never = new AbortController().signal;
// One for each request.
setMaxListeners(0, never);

describe(`three replicas on one database, and kill -9 (${KILLS} kills, KILL_SEED=${SEED})`, () => {
  const random = randomFrom(SEED);
  // How long a feed was silent depends on when the test runs.
  const faults = { ...everyFault(2), 'silent-feed': 0 };
  const world = createWorld({ seed: SEED, orders: ORDERS, startAt: Date.now() - FOUR_DAYS, faults });
  const replicas = new Set<Supervised>();
  const pools: Pool[] = [];
  let database: OwnDatabase;
  let slack: FakeSlack;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tallystick-replicas-'));
    const sources = world
      .sources()
      .map(({ startsAt, ...source }) => ({ ...source, startsAt: new Date(startsAt).toISOString() }));
    await writeFile(path.join(folder, 'tallystick.json'), JSON.stringify({ sources }));
    database = await OwnDatabase.start();
    slack = await fakeSlack(ok);
  });
  afterAll(async () => {
    for (const replica of replicas) replica.discard();
    for (const pool of pools) await pool.end();
    await slack.close();
    await database.remove();
    await rm(folder, { recursive: true, force: true });
  });

  function replica(name: string, databaseUrl: string): Supervised {
    const started = new Supervised({
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: databaseUrl,
      SLACK_WEBHOOK_URL: slack.url,
      PUBLIC_URL: `${PUBLIC_URL}/`,
      TALLYSTICK_CONFIG: path.join(folder, 'tallystick.json'),
      TALLYSTICK_DATA_DIR: path.join(folder, name),
    });
    replicas.add(started);
    return started;
  }

  async function site(name: string, count: number) {
    const url = await database.create(name);
    const pool = createPool({ url, name: 'look' });
    pools.push(pool);
    const running = REPLICAS.slice(0, count).map((each) => replica(`${name}-${each}`, url));
    const any = () => {
      const serving = running.flatMap((each) => each.url ?? []);
      return serving[Math.floor(random() * serving.length)] ?? null;
    };
    return {
      pool,
      running,
      any,
      /** Everything is sent, folded and at rest; all processes end well. */
      async finish(load: Load) {
        await load.send(any, Infinity, { stop: never, once: true });
        await until(() => atRest(pool));
        await until(() => Promise.resolve(slack.texts.length > 0));
        if (FULL) await until(() => allSent(pool));
        expect(await Promise.all(running.map((each) => each.stop()))).toEqual(running.map(() => 0));
      },
    };
  }

  /** What one replica finds that nobody kills, and what it tells. */
  async function undisturbed(requests: Request[]): Promise<Current> {
    const { pool, finish } = await site('undisturbed', 1);
    await finish(new Load(requests, SEED));
    return currentOf(pool);
  }

  it(
    'counts each event once, finds what an undisturbed run finds, and folds on within 10 s',
    async () => {
      const requests = requestsOf(world, random);
      const killed = await site('killed', REPLICAS.length);
      await until(() => Promise.resolve(killed.running.every(({ url }) => url !== null)));
      const load = new Load(requests, SEED);
      const takeovers: Promise<number>[] = [];
      for (let kill = 0; kill < KILLS; kill++) {
        const stop = new AbortController();
        const upTo = Math.ceil((requests.length * (kill + 1)) / (KILLS + 1));
        const sent = load.send(killed.any, upTo, { stop: stop.signal, once: false });
        await delay(EVERY_MS);
        const leader = await leading(killed.running);
        // The leader every other time: whoever else is killed takes requests and alerts with him.
        const others = killed.running.filter((each) => each !== leader && each.url !== null);
        const victim =
          kill % 2 === 0 || others.length === 0 ? leader : others[Math.floor(random() * others.length)];
        const holder = await holderOf(killed.pool);
        victim?.kill();
        if (victim !== undefined && victim === leader) takeovers.push(takeover(killed.pool, holder));
        stop.abort();
        await sent;
      }
      // The rest is sent, and an undisturbed run done, while the lease passes to another.
      const rest = load.send(killed.any, requests.length, { stop: never, once: true });
      const [expected, took] = await Promise.all([undisturbed(requests), Promise.all(takeovers), rest]);
      const busy = new AbortController();
      const again = load.send(killed.any, requests.length, { stop: busy.signal, once: false });
      expect(await handedOn(killed)).toBeLessThan(HANDED_ON_MS);
      busy.abort();
      await again;
      await killed.finish(load);

      expect(killed.running.reduce((sum, each) => sum + each.killed, 0)).toBeGreaterThanOrEqual(KILLS - 1);
      expect(slack.texts.length).toBeGreaterThan(0);
      for (const text of slack.texts) expect(text).toContain(`${PUBLIC_URL}/v1/`);
      expect(took.length).toBeGreaterThan(0);
      for (const ms of took) expect(ms).toBeLessThan(TAKEOVER_MS);
      const names = new Set([...world.messages()].map(({ source, body }) => `${source} ${body}`));
      const found = await factsOf(killed.pool);
      expect(found).toHaveLength(names.size);
      expect(new Set(found)).toEqual(names);
      expect(await verified(killed.pool)).toMatchObject({ ok: true });
      expect(Object.keys(expected.drifts).length).toBeGreaterThan(0);
      expect(differences(withoutTold(await currentOf(killed.pool)), withoutTold(expected))).toEqual([]);
      expect(await untold(killed.pool)).toEqual([]);
      if (FULL) process.stdout.write(`leases passed on after ${took.map(Math.round).join(', ')} ms\n`);
    },
    120_000 + KILLS * 30_000,
  );
});

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await delay(50);
}

/** The replica that folds; undefined while none does. */
async function leading(running: readonly Supervised[]): Promise<Supervised | undefined> {
  for (const each of running) {
    if (each.url === null) continue;
    const text = await fetch(`${each.url}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    if (/^tallystick_projector_leading 1$/m.test(text)) return each;
  }
  return undefined;
}

async function holderOf(pool: Pool): Promise<string | null> {
  const { rows } = await pool.query<{ holder: string }>(
    `SELECT holder FROM app.leases WHERE name = 'projector' AND expires_at > now()`,
  );
  return rows[0]?.holder ?? null;
}

/** Milliseconds until another folds where the one that does is asked to end. */
async function handedOn({ pool, running }: { pool: Pool; running: readonly Supervised[] }): Promise<number> {
  let leader: Supervised | undefined;
  await until(async () => (leader = await leading(running)) !== undefined);
  const passing = takeover(pool, await holderOf(pool));
  expect(await leader?.restart()).toBe(0);
  return passing;
}

/** Milliseconds until another has the lease. */
async function takeover(pool: Pool, former: string | null): Promise<number> {
  const since = performance.now();
  for (;;) {
    const holder = await holderOf(pool);
    if (holder !== null && holder !== former) return performance.now() - since;
    await delay(20);
  }
}

async function atRest(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ rest: boolean }>(
    'SELECT (SELECT position FROM live.checkpoint) = (SELECT max(position) FROM ledger.facts) AS rest',
  );
  return rows[0]?.rest ?? false;
}

/** Also those that a killed sender had in hand. What flaps is told when it has stayed for minutes, or never. */
async function allSent(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query(
    `SELECT FROM app.outbox WHERE status NOT IN ('sent', 'damped')
        AND NOT (attempts = 0 AND next_attempt_at > created_at + interval '5 minutes') LIMIT 1`,
  );
  return rows.length === 0;
}

async function factsOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT source || ' ' || payload AS name FROM ledger.facts WHERE source <> 'tallystick'`,
  );
  return rows.map(({ name }) => name);
}

/** Open drifts of which no alert was made. */
async function untold(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM live.drifts d WHERE status = 'open' AND NOT EXISTS (
       SELECT FROM app.outbox o WHERE o.kind = 'drift.opened' AND o.drift_id IN (
         SELECT d.id UNION SELECT unnest(d.aliases)))`,
  );
  return rows.map(({ id }) => id);
}

async function verified(pool: Pool) {
  const ledger = await createPostgresLedger({ pool, logger: createLogger('error') });
  const result = await ledger.verify();
  await ledger.close();
  return result;
}
