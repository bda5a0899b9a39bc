import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CompressionTypes, ConfigResourceTypes } from 'kafkajs';
import { Registry } from 'prom-client';
import { source } from '../../../test/api/service';
import { type TestKafka, brokers, needsKafka, testKafka } from '../../../test/support/kafka';
import { freshDatabase, type TestDatabase } from '../../../test/support/postgres';
import { settled } from '../../../test/support/settled';
import { type Ledger, LedgerBusy, LedgerUnavailable } from '../../ledger/port';
import { createPostgresLedger } from '../../ledger/postgres';
import { type Config, loadConfig } from '../../platform/config';
import { KafkaLag } from '../../platform/kafka/lag';
import { createLogger } from '../../platform/logging';
import { SourceBook } from '../../projections/sources';
import type { KafkaConsumers } from './consumers';
import { kafkaIngest } from './index';

const order = (number: number, note = '') =>
  JSON.stringify({ documentType: 'SalesOrder', documentNumber: `SO${number}`, version: 1, note });

describe('Kafka as a way into the ledger', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  let ledger: Ledger;
  let sources: SourceBook;
  let running: KafkaConsumers[] = [];
  const log = createLogger('silent');

  beforeAll(async () => {
    database = await freshDatabase();
    ledger = await createPostgresLedger({ pool: database.pool, logger: log });
    sources = new SourceBook(database.pool, ledger);
    for (const each of [source('prima', 'prima'), source('scend', 'scend')])
      await sources.configure(each, 'test');
    if (brokers.length > 0) kafka = await testKafka();
  });
  afterEach(async () => {
    await Promise.all(running.map((consumers) => consumers.stop()));
    running = [];
  });
  afterAll(async () => {
    if (brokers.length > 0) await kafka.close();
    await ledger.close();
    await database.drop();
  });

  function configured(topics: Record<string, string>, groupId: string = randomUUID()): Config {
    const config = loadConfig({ PORT: '0' }, '/nonexistent');
    const section = { ...config.kafka, topics, groupId, sessionTimeoutSeconds: 2 };
    return { ...config, kafkaBrokers: brokers, kafka: section };
  }

  function start(config: Config, into: Ledger = ledger): KafkaConsumers {
    const consumers = kafkaIngest({ config, ledger: into, sources, log, registry: new Registry() });
    if (!consumers) throw new Error('nothing is configured');
    running.push(consumers);
    consumers.start();
    return consumers;
  }

  async function factsFrom(topic: string) {
    const { rows } = await database.pool.query<{
      source: string;
      key: string | null;
      payload: string | null;
      raw: Buffer | null;
    }>(
      `SELECT source, key, payload, payload_raw AS raw FROM ledger.facts WHERE actor = $1 ORDER BY position`,
      [`kafka:${topic}`],
    );
    return rows;
  }

  const read = (groupId: string, topic: string, ...offsets: number[]) =>
    settled(async () => JSON.stringify(await kafka.committed(groupId, topic)) === JSON.stringify(offsets));

  needsKafka(
    'records what is in a topic as facts of its source, byte for byte, and commits afterwards',
    async () => {
      const topic = await kafka.topic(2);
      const first = `{ "documentType":"SalesOrder", "documentNumber":"${topic}-1", "version":1 }`;
      await kafka.producer.send({
        topic,
        messages: [
          { partition: 0, value: first },
          { partition: 1, value: order(2, topic) },
        ],
      });
      const config = configured({ [topic]: 'prima' });
      start(config);
      await read(config.kafka.groupId, topic, 1, 1);
      await kafka.producer.send({ topic, messages: [{ partition: 1, value: order(3, topic) }] });
      await read(config.kafka.groupId, topic, 1, 2);
      const facts = await factsFrom(topic);
      expect(facts.map(({ source }) => source)).toEqual(['prima', 'prima', 'prima']);
      expect(facts.map(({ payload }) => payload)).toContain(first);
    },
  );

  needsKafka('takes an array as many messages, and gzip as what is in it', async () => {
    const topic = await kafka.topic();
    const { kafka: client } = kafka;
    const producer = client.producer();
    await producer.connect();
    const value = `[${order(1, topic)}, ${order(2, topic)}]`;
    await producer.send({
      topic,
      compression: CompressionTypes.GZIP,
      messages: [{ value }, { value: '[]' }],
    });
    await producer.disconnect();
    const config = configured({ [topic]: 'prima' });
    start(config);
    await read(config.kafka.groupId, topic, 2);
    expect((await factsFrom(topic)).map(({ payload }) => payload)).toEqual([
      order(1, topic),
      order(2, topic),
    ]);
  });

  needsKafka('keeps what it cannot read as it came, and goes on', async () => {
    const topic = await kafka.topic();
    const tooLong = order(5, 'x'.repeat(4_500_000));
    const deep = `{"a":${'['.repeat(100)}${']'.repeat(100)}}`;
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    const broken = `[${order(1, topic)}, 7]`;
    const notJson = `no JSON ${topic}`;
    await kafka.admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{ name: 'max.message.bytes', value: '20000000' }],
        },
      ],
    });
    await kafka.send(topic, { value: notJson }, { value: bytes }, { value: broken }, { value: deep });
    await kafka.send(topic, { value: tooLong });
    await kafka.send(topic, { key: 'SO77', value: null }, { key: 'SO77', value: null }, { value: '' });
    await kafka.send(topic, { value: gzipSync(order(8, topic)) }, { value: order(9, topic) });
    const config = configured({ [topic]: 'prima' });
    start(config);
    await read(config.kafka.groupId, topic, 10);
    const facts = await factsFrom(topic);
    expect(facts.slice(0, 3).map(({ payload, raw }) => payload ?? raw)).toEqual([notJson, bytes, broken]);
    expect(facts[3]?.raw?.toString()).toBe(deep);
    expect(facts[4]?.raw?.equals(Buffer.from(tooLong))).toBe(true);
    // Two tombstones and an empty value are three facts, though nothing tells them apart but where they were.
    expect(facts.slice(5, 8).map(({ key, raw }) => [key, raw?.length])).toEqual([
      ['SO77', 0],
      ['SO77', 0],
      [null, 0],
    ]);
    expect(facts).toHaveLength(10);
    expect(facts[9]?.payload).toBe(order(9, topic));
  });

  needsKafka('counts nothing twice when everything is brought again', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, ...[1, 2, 3].map((n) => ({ value: order(n, topic) })), { value: null });
    const first = configured({ [topic]: 'prima' });
    start(first);
    await read(first.kafka.groupId, topic, 4);
    const second = configured({ [topic]: 'prima' });
    start(second);
    await read(second.kafka.groupId, topic, 4);
    expect(await factsFrom(topic)).toHaveLength(4);
  });

  needsKafka('counts nothing twice when two consumers hold one partition', async () => {
    const topic = await kafka.topic();
    const count = 500;
    // Each of its own group: both are brought everything, at the same time.
    const both = [configured({ [topic]: 'prima' }), configured({ [topic]: 'prima' })];
    for (const config of both) start(config);
    for (let n = 0; n < count; n += 50)
      await kafka.send(topic, ...Array.from({ length: 50 }, (_, i) => ({ value: order(n + i, topic) })));
    for (const { kafka: section } of both) await read(section.groupId, topic, count);
    const payloads = (await factsFrom(topic)).map(({ payload }) => payload);
    expect(new Set(payloads).size).toBe(count);
    expect(payloads).toHaveLength(count);
  });

  needsKafka('loses nothing while members join and leave, in the middle of batches', async () => {
    const topic = await kafka.topic(4);
    const config = configured({ [topic]: 'prima' });
    const count = 3_000;
    const slow: Ledger = Object.assign(Object.create(ledger) as Ledger, {
      append: async (proposals: Parameters<Ledger['append']>[0]) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return ledger.append(proposals);
      },
    });
    start(config, slow);
    for (let from = 0; from < count; from += 500) {
      await kafka.send(
        topic,
        ...Array.from({ length: 500 }, (_, i) => ({ key: String(i), value: order(from + i, topic) })),
      );
      const joining = start(config, slow);
      if (from % 1_000 === 0) await joining.stop();
    }
    await settled(async () => {
      const ends = await kafka.admin.fetchTopicOffsets(topic);
      const committed = await kafka.committed(config.kafka.groupId, topic);
      return ends.every(({ partition, high }) => committed[partition] === Number(high));
    });
    const facts = await factsFrom(topic);
    expect(new Set(facts.map(({ payload }) => payload)).size).toBe(count);
    expect(facts).toHaveLength(count);
  });

  needsKafka('commits nothing that is not durable, pauses, and goes on by itself', async () => {
    const topic = await kafka.topic();
    const away = [new LedgerUnavailable('away'), new LedgerBusy(0.2), new Error('something else')];
    const asked: number[] = [];
    const failing: Ledger = Object.assign(Object.create(ledger) as Ledger, {
      append: async (proposals: Parameters<Ledger['append']>[0]) => {
        asked.push((await kafka.committed(config.kafka.groupId, topic))[0] ?? 0);
        const error = away.shift();
        if (error) throw error;
        return ledger.append(proposals);
      },
    });
    const config = configured({ [topic]: 'prima' });
    await kafka.send(topic, { value: order(1, topic) }, { value: order(2, topic) });
    start(config, failing);
    await read(config.kafka.groupId, topic, 2);
    expect(asked).toEqual([0, 0, 0, 0]);
    expect(await factsFrom(topic)).toHaveLength(2);
  });

  needsKafka('waits for a topic that is not there, and reads the others meanwhile', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, { value: order(1, topic) });
    const config = configured({ [topic]: 'prima', [`${topic}-missing`]: 'scend' });
    start(config);
    await read(config.kafka.groupId, topic, 1);
    const lag = new KafkaLag(config, log);
    expect(await lag.read()).toEqual([
      { topic, partition: 0, source: 'prima', offset: 1, end: 1, lag: 0 },
      { topic: `${topic}-missing`, partition: null, source: 'scend', offset: null, end: null, lag: null },
    ]);
    await lag.close();
  });

  needsKafka('tells how much waits while nobody reads', async () => {
    const topic = await kafka.topic(2);
    await kafka.producer.send({
      topic,
      messages: [1, 2, 3].map((n) => ({ partition: n % 2, value: order(n, topic) })),
    });
    const lag = new KafkaLag(configured({ [topic]: 'prima' }), log);
    expect((await lag.read()).map((each) => [each.partition, each.offset, each.end, each.lag])).toEqual([
      [0, 0, 1, 1],
      [1, 0, 2, 2],
    ]);
    await lag.close();
  });

  it('answers at once where no broker does, and ends', async () => {
    const config = { ...configured({ orders: 'prima' }), kafkaBrokers: ['127.0.0.1:1'] };
    const lag = new KafkaLag(config, log);
    expect(await lag.read()).toEqual([
      { topic: 'orders', partition: null, source: 'prima', offset: null, end: null, lag: null },
    ]);
    expect(lag.up).toBe(false);
    await lag.close();
    const consumers = start(config);
    await consumers.stop();
  });

  it('refuses a topic of a source that is not there', () => {
    expect(() => start({ ...configured({ orders: 'nobody' }), kafkaBrokers: ['127.0.0.1:1'] })).toThrow(
      'kafka.topics.orders: there is no source nobody; name one of prima, scend',
    );
  });
});
