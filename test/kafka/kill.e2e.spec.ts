import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { createLogger } from '../../src/platform/logging';
import { createPool } from '../../src/platform/pools';
import { createWorld, everyFault } from '../../src/simulator';
import { currentOf, differences } from '../laws/support/current';
import { randomFrom, shuffled } from '../laws/support/shuffle';
import { withoutTold } from '../laws/support/without-told';
import { type TestKafka, testKafka } from '../support/kafka';
import { OwnBroker, needsOwnBroker } from '../support/own-broker';
import { OwnDatabase, Site } from './site';

/** `npm run test:kill:kafka` asks for 100,000 and 60. */
const MESSAGES = Number(process.env.KILL_MESSAGES ?? 2_000);
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 4);
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const FOUR_DAYS = 4 * 86_400_000;
const PER_ORDER = 12.5;
const PARTITIONS = 3;
const TOGETHER = 50;

describe(`Kafka and kill -9 (${MESSAGES} messages, ${ROUNDS} rounds, KILL_SEED=${SEED})`, () => {
  const random = randomFrom(SEED);
  // How long a feed was silent depends on when the test runs.
  const faults = { ...everyFault(2), 'silent-feed': 0 };
  const orders = Math.ceil(MESSAGES / PER_ORDER);
  const world = createWorld({ seed: SEED, orders, startAt: Date.now() - FOUR_DAYS, faults });
  const messages = [...world.messages()];
  const closing: (() => Promise<void>)[] = [];
  const pools: Pool[] = [];
  afterAll(async () => {
    for (const pool of pools) await pool.end();
    for (const close of closing.reverse()) await close();
  });

  needsOwnBroker(
    'loses nothing, counts nothing twice, finds and publishes what an undisturbed run finds',
    async () => {
      const broker = await OwnBroker.start();
      closing.push(() => broker.remove());
      const database = await OwnDatabase.start();
      closing.push(() => database.remove());
      const kafka = await testKafka([broker.brokers]);
      closing.push(() => kafka.close());

      const undisturbed = await siteOn(kafka, broker, database, 'undisturbed');
      undisturbed.site.run('all', 'all');
      await undisturbed.send(messages.length);
      await undisturbed.finish();

      const killed = await siteOn(kafka, broker, database, 'killed');
      killed.site.run('service', 'api,projector,reactions');
      killed.site.run('consumer', 'ingest');
      const victims = victimsOf(killed.site, broker, database);
      for (let round = 1; round <= ROUNDS; round++) {
        const sent = killed.send(Math.ceil((messages.length * round) / (ROUNDS + 1)));
        await delay(random() * 2_000);
        await victims.next();
        await sent;
      }
      await killed.send(messages.length);
      await killed.finish();
      if (ROUNDS >= 4)
        for (const name of ['service', 'consumer']) expect(killed.site.killed(name)).toBeGreaterThan(0);

      const names = new Set(messages.map(({ source, body }) => `${source} ${body}`));
      for (const { pool } of [undisturbed, killed]) {
        const found = await factsOf(pool);
        expect(found).toHaveLength(names.size);
        expect(new Set(found)).toEqual(names);
      }
      expect(await verified(killed.pool)).toMatchObject({ ok: true });
      const expected = withoutTold(await currentOf(undisturbed.pool));
      expect(differences(withoutTold(await currentOf(killed.pool)), expected)).toEqual([]);
      expect(Object.keys(expected.drifts).length).toBeGreaterThan(0);

      const { rows } = await killed.pool.query<{ id: number; published: boolean }>(
        'SELECT id, published_at IS NOT NULL AS published FROM app.outbox ORDER BY id',
      );
      expect(rows.filter(({ published }) => !published)).toEqual([]);
      const published = await idsIn(kafka, 'killed.alerts');
      expect([...published].sort((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
    },
    300_000 + ROUNDS * 30_000 + MESSAGES * 10,
  );

  async function siteOn(kafka: TestKafka, broker: OwnBroker, database: OwnDatabase, prefix: string) {
    const databaseUrl = await database.create(prefix);
    const site = await Site.create({ databaseUrl, brokers: broker.brokers, world, prefix });
    closing.push(() => site.remove());
    const topics = world.sources().map(({ name }) => `${prefix}.${name}`);
    await kafka.admin.createTopics({
      waitForLeaders: true,
      topics: [...topics, `${prefix}.alerts`].map((topic) => ({ topic, numPartitions: PARTITIONS })),
    });
    const pool = createPool({ url: databaseUrl, name: 'look' });
    pools.push(pool);
    let next = 0;
    return {
      site,
      pool,
      /** The next messages up to a number; who gets no answer sends again. */
      async send(upTo: number) {
        for (; next < upTo; next += TOGETHER)
          await insist(() => sendSome(kafka, prefix, messages.slice(next, Math.min(upTo, next + TOGETHER))));
        next = Math.min(next, upTo);
      },
      /** Everything is read, folded and published; all processes end well. */
      async finish() {
        const ends = () => endsOf(kafka, topics);
        await insist(async () => {
          const committed = await Promise.all(topics.map((topic) => kafka.committed(prefix, topic)));
          if (JSON.stringify(committed) !== JSON.stringify(await ends())) throw new Error('not read yet');
        });
        await insist(async () => {
          if (!(await atRest(pool))) throw new Error('not folded yet');
        });
        expect(new Set(await site.stop())).toEqual(new Set([0]));
      },
    };
  }

  /** Each of the four in turn, in an order that the seed decides. */
  function victimsOf(site: Site, broker: OwnBroker, database: OwnDatabase) {
    const kinds: (() => Promise<void> | void)[] = [
      () => site.kill('consumer'),
      () => site.kill('service'),
      async () => {
        await broker.kill();
        await broker.restart();
      },
      async () => {
        await database.kill();
        await database.restart();
      },
    ];
    let waiting: typeof kinds = [];
    return {
      async next() {
        if (waiting.length === 0) waiting = shuffled(kinds, Math.floor(random() * 1_000_000));
        await waiting.pop()?.();
      },
    };
  }
});

async function sendSome(
  kafka: TestKafka,
  prefix: string,
  some: readonly { source: string; body: string }[],
): Promise<void> {
  for (const source of new Set(some.map((message) => message.source))) {
    const of = some.filter((message) => message.source === source);
    await kafka.send(`${prefix}.${source}`, ...of.map(({ body }) => ({ value: body })));
  }
}

/** Until it succeeds, however long: the test has a limit. */
async function insist(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch {
      await delay(250);
    }
  }
}

async function endsOf(kafka: TestKafka, topics: readonly string[]): Promise<number[][]> {
  return Promise.all(
    topics.map(async (topic) =>
      (await kafka.admin.fetchTopicOffsets(topic))
        .sort((a, b) => a.partition - b.partition)
        .map(({ high }) => Number(high)),
    ),
  );
}

async function atRest(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ rest: boolean }>(`
    SELECT (SELECT position FROM live.checkpoint) = (SELECT max(position) FROM ledger.facts)
       AND NOT EXISTS (SELECT FROM app.outbox WHERE published_at IS NULL) AS rest`);
  return rows[0]?.rest ?? false;
}

async function factsOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT source || ' ' || payload AS name FROM ledger.facts WHERE source <> 'tallystick'`,
  );
  return rows.map(({ name }) => name);
}

async function verified(pool: Pool) {
  const ledger = await createPostgresLedger({ pool, logger: createLogger('error') });
  const result = await ledger.verify();
  await ledger.close();
  return result;
}

async function idsIn(kafka: TestKafka, topic: string): Promise<Set<number>> {
  const ends = await endsOf(kafka, [topic]);
  const left = new Set(
    (ends[0] ?? []).flatMap((end, partition) => (end > 0 ? [`${partition}/${end - 1}`] : [])),
  );
  const ids = new Set<number>();
  const consumer = kafka.kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ partition, message }) => {
      ids.add(Number((JSON.parse(String(message.value)) as { id: string }).id));
      left.delete(`${partition}/${message.offset}`);
      return Promise.resolve();
    },
  });
  await insist(() => (left.size === 0 ? Promise.resolve() : Promise.reject(new Error('not read yet'))));
  await consumer.disconnect();
  return ids;
}
