import { setTimeout as delay } from 'node:timers/promises';
import { readPostmaster } from '../../src/platform/database/postmaster';
import { createWorld, everyFault, type World } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { randomFrom } from '../laws/support/shuffle';
import { Load, requestsOf } from './load';
import { ServiceFolder } from './service';

/** `npm run test:kill` asks for 100. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 6);
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const FOUR_DAYS = 4 * 86_400_000;
const never = new AbortController().signal;

describe(`kill -9 under load (${ROUNDS} rounds, KILL_SEED=${SEED})`, () => {
  const random = randomFrom(SEED);
  // How long a feed was silent depends on when the test runs.
  const faults = { ...everyFault(2), 'silent-feed': 0 };
  const world = createWorld({ seed: SEED, orders: 60, startAt: Date.now() - FOUR_DAYS, faults });
  const folders: ServiceFolder[] = [];

  const folder = async () => {
    const created = await ServiceFolder.create(world);
    folders.push(created);
    return created;
  };
  afterAll(async () => {
    for (const each of folders) await each.remove();
  });

  it(
    'loses nothing that was acknowledged, counts nothing twice, and finds what an undisturbed run finds',
    async () => {
      const requests = requestsOf(world, random);
      const undisturbed = await folder();
      await finish(undisturbed, new Load(requests, SEED), requests.length);
      const expected = await undisturbed.look();

      const killed = await folder();
      const load = new Load(requests, SEED);
      for (let round = 1; round <= ROUNDS; round++) {
        await killedAtSomeMoment(killed, load, Math.ceil((requests.length * round) / (ROUNDS + 1)), random);
      }
      expect(load.acknowledged.size).toBeGreaterThan(0);
      await finish(killed, load, requests.length);

      const found = await killed.look();
      expect([...found.payloads].sort()).toEqual([...namesOf(world)].sort());
      expect(JSON.parse(await killed.command('verify', '--json'))).toMatchObject({ ok: true });
      expect(differences(found.current, expected.current)).toEqual([]);

      await killed.command('replay', '--json');
      const replayed = await killed.look();
      expect(differences(replayed.rows, found.rows)).toEqual([]);
    },
    120_000 + ROUNDS * 15_000,
  );
});

/** Every distinct message of the world: each must be there once, however often it was sent. */
function namesOf(world: World): Set<string> {
  return new Set([...world.messages()].map(({ source, body }) => `${source} ${body}`));
}

/** Some moments are before it serves at all, and sometimes its database is killed with it, as in a power cut. */
async function killedAtSomeMoment(
  folder: ServiceFolder,
  load: Load,
  upTo: number,
  random: () => number,
): Promise<void> {
  const service = folder.serve();
  const early = random() < 0.2;
  const sending = new AbortController();
  let sent: Promise<void> = Promise.resolve();
  if (!early) sent = load.send(await service.url, upTo, { stop: sending.signal, once: false });
  await Promise.race([delay(random() * 1_200), sent]);
  const postmaster = random() < 0.25 ? await readPostmaster(folder.dataDir) : null;
  service.child.kill('SIGKILL');
  if (postmaster) process.kill(postmaster.pid, 'SIGKILL');
  sending.abort();
  await Promise.all([service.ended, sent]);
}

/** Everything that is left is sent, folded and put to rest. */
async function finish(folder: ServiceFolder, load: Load, requests: number): Promise<void> {
  const service = folder.serve();
  const url = await service.url;
  await load.send(url, requests, { stop: never, once: true });
  expect(load.acknowledged.size).toBe(requests);
  let answer: Response;
  do answer = await fetch(`${url}/v1/drifts?limit=1&minPosition=${load.position}`);
  while (answer.status === 503);
  expect(answer.status).toBe(200);
  service.child.kill('SIGTERM');
  await service.ended;
  expect(service.child.exitCode).toBe(0);
}
