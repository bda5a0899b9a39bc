import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultPolicy, policySchema } from '../../src/domain/policy';
import { createLogger } from '../../src/platform/logging';
import { dropAbandoned, findAbandoned } from '../../src/projections/abandoned';
import { dropGeneration } from '../../src/projections/dropping';
import { listGenerations, liveGeneration } from '../../src/projections/generations';
import { build } from '../../src/projections/rebuild';
import { Replays } from '../../src/projections/replays';
import { VersionBook } from '../../src/projections/versions';
import { createWorld, everyFault } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { type House, inHouse } from '../laws/support/house';
import { type Rows, rowsOf } from '../laws/support/rows';
import { randomFrom } from '../laws/support/shuffle';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';
import { settled } from '../support/settled';
import { Commands, until } from './commands';

/** `npm run test:kill:replay` asks for 100. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 10);
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);

const world = createWorld({ seed: 8, orders: 12, faults: everyFault(1), startAt: WORLD_START });
const strict = defaultPolicy;
const lenient = policySchema.parse({ detectors: { 'order-rejected': { enabled: false } } });

/** What a killed process had asked of the database may still be under way there. */
async function quiet({ pool }: House): Promise<void> {
  await settled(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'tallystick guest%'`,
    );
    return rowCount === 0;
  });
}

const nameOf = (policy: object | undefined): 'lenient' | 'strict' =>
  JSON.stringify(policy).includes('order-rejected') ? 'lenient' : 'strict';

describe(`kill -9 of replays and promotions (${ROUNDS} rounds, KILL_SEED=${SEED})`, () => {
  it(
    'leaves the old or the new generation, whole, and nothing behind after the next start',
    () =>
      inHouse(async (house) => {
        const { pool, ledger, settings } = house;
        const random = randomFrom(SEED);
        const commands = await Commands.on(house, { strict, lenient });
        try {
          await house.configure(sourcesOf(world));
          await deliver(house, messagesOf(world), [40]);
          // Else the first promotion would record it, and its fact would be the only difference.
          await new VersionBook(ledger).draft('policy', lenient, { actor: 'ada', at: 0, reason: null });
          await house.tick(WORLD_OVER);
          await house.fold();
          // Each version as it is when nobody disturbs its build.
          const expected = { strict: await rowsOf(pool), lenient: await undisturbed(house) };
          expect(differences(expected.strict, expected.lenient)).not.toEqual([]);

          const seen = { old: 0, new: 0 };
          for (let round = 0; round < ROUNDS; round++) {
            const before = await liveGeneration(pool);
            const other = nameOf(before?.made.policy) === 'strict' ? 'lenient' : 'strict';
            const promotes = random() < 0.6;
            const args = promotes
              ? ['generations', 'promote', String(await readyDraft(house, other))]
              : random() < 0.5
                ? ['replay', '--policy', `${other}.json`]
                : ['replay'];
            const { child, ended } = commands.run(...args);
            await Promise.race([moment(house, child, random), ended]);
            child.kill('SIGKILL');
            await ended;
            await quiet(house);

            const after = await liveGeneration(pool);
            seen[after?.id === before?.id ? 'old' : 'new']++;
            expect(differences(await rowsOf(pool), expected[nameOf(after?.made.policy)])).toEqual([]);
          }
          expect(seen.old).toBeGreaterThan(0);

          // The next start begins anew what somebody waits for, and clears away the rest.
          await dropAbandoned(pool);
          const replays = new Replays({ pool, ledger, settings, log: createLogger('silent') });
          for (let left = await findAbandoned(pool, 'draft'); left.length > 0;) {
            await replays.pickUp();
            left = await findAbandoned(pool, 'draft');
            await settled(async () => !(await isBuilding(house)) || left.length > 0);
          }
          await replays.stop();
          for (const { schema, status, made } of await listGenerations(pool)) {
            expect(['live', 'former', 'ready']).toContain(status);
            expect(differences(await rowsOf(pool, schema), expected[nameOf(made.policy)])).toEqual([]);
          }
          const { rows } = await pool.query<{ schemas: number }>(
            `SELECT count(*) AS schemas FROM pg_namespace WHERE nspname = 'live' OR nspname ~ '^(gen|former)_'`,
          );
          expect(rows[0]?.schemas).toBe((await listGenerations(pool)).length);
        } finally {
          await commands.remove();
        }
      }),
    120_000 + ROUNDS * 15_000,
  );
});

async function undisturbed(house: House): Promise<Rows> {
  const generation = await draftOf(house, 'lenient');
  const rows = await rowsOf(house.pool, `gen_${generation}`);
  await dropGeneration(house.pool, generation, ['ready']);
  return rows;
}

async function draftOf({ pool, ledger, settings }: House, name: 'lenient' | 'strict'): Promise<number> {
  const policy = { strict, lenient }[name];
  return (await build({ pool, ledger, settings: { ...settings, policy, configured: strict } })).generation;
}

/** One that is there already, former or ready, or built for it. */
async function readyDraft(house: House, name: 'lenient' | 'strict'): Promise<number> {
  const there = (await listGenerations(house.pool)).find(
    ({ status, made }) => (status === 'ready' || status === 'former') && nameOf(made.policy) === name,
  );
  return there?.id ?? draftOf(house, name);
}

async function isBuilding({ pool }: House): Promise<boolean> {
  return (await pool.query(`SELECT FROM app.generations WHERE status = 'building'`)).rowCount !== 0;
}

/** Some time after the process has come to the database: before that, there is nothing to be broken. */
async function moment({ pool }: House, child: ChildProcess, random: () => number): Promise<void> {
  await until(async () => {
    if (child.exitCode !== null) return true;
    const { rowCount } = await pool.query(
      `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.classid = $1`,
      [0x7a11],
    );
    return rowCount !== 0;
  });
  // Promotions take some ten milliseconds and builds some hundred: short waits are as likely as long ones.
  await delay(random() ** 3 * 1_500);
}
