import { randomUUID } from 'node:crypto';
import { type TestKafka, brokers, needsKafka, testKafka } from '../../test/support/kafka';
import { freshDatabase, type TestDatabase } from '../../test/support/postgres';
import { settled } from '../../test/support/settled';
import { loadConfig } from '../platform/config';
import { createLogger } from '../platform/logging';
import type { AlertBody } from './alert';
import { type KafkaPublisher, kafkaPublisher } from './publisher';

const body: AlertBody = {
  drift: 'd0',
  detector: 'order-rejected',
  severity: 'high',
  owner: null,
  occurrence: 1,
  subject: { kind: 'order', id: 'SC-1' },
  discriminator: '',
  cause: { code: 'unknown-sku', detail: 'SKU BAG' },
  amountAtRisk: { minor: 2380, currency: 'EUR' },
  unitsAtRisk: '2',
  firstDivergence: { fact: 7, at: Date.UTC(2026, 9, 1) },
  openedAt: Date.UTC(2026, 9, 2),
  resolvedAt: null,
  resolvedBy: null,
};

describe('KafkaPublisher', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  let running: KafkaPublisher[] = [];

  beforeAll(async () => {
    database = await freshDatabase();
    if (brokers.length > 0) kafka = await testKafka();
  });
  beforeEach(() => database.pool.query('TRUNCATE app.outbox RESTART IDENTITY'));
  afterEach(async () => {
    await Promise.all(running.map((publisher) => publisher.stop()));
    running = [];
  });
  afterAll(async () => {
    if (brokers.length > 0) await kafka.close();
    await database.drop();
  });

  function publisher(topic: string, at = brokers): KafkaPublisher {
    const config = loadConfig({ PORT: '0' }, '/nonexistent');
    const section = { ...config.kafka, publish: { topic, source: '/acme' } };
    const parts = { config: { kafkaBrokers: at, kafka: section }, pool: database.pool };
    const made = kafkaPublisher({ ...parts, log: createLogger('silent') });
    if (!made) throw new Error('nothing is configured');
    running.push(made);
    return made;
  }

  async function put(kind: string, about: object, drift: string | null = randomUUID()): Promise<void> {
    await database.pool.query(
      'INSERT INTO app.outbox (idempotency_key, kind, drift_id, body, position) VALUES ($1, $2, $3, $4, 9)',
      [randomUUID(), kind, drift, JSON.stringify(about)],
    );
  }

  const waiting = async () => {
    const { rows } = await database.pool.query<{ count: number }>(
      'SELECT count(*) FROM app.outbox WHERE published_at IS NULL',
    );
    return rows[0]?.count ?? 0;
  };

  /** What is in a topic that had nothing before, of each partition in its order. */
  async function published(topic: string, count: number) {
    const consumer = kafka.kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 200 });
    const seen: { key: string; type: unknown; event: Record<string, unknown> }[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        const event = JSON.parse(String(message.value)) as Record<string, unknown>;
        seen.push({ key: String(message.key), type: String(message.headers?.['content-type']), event });
        return Promise.resolve();
      },
    });
    await settled(() => Promise.resolve(seen.length >= count));
    await consumer.disconnect();
    return seen;
  }

  needsKafka('publishes what opens and what is resolved as CloudEvents, keyed by their subject', async () => {
    const topic = await kafka.topic(3);
    await put('drift.opened', body);
    await put('drift.resolved', { ...body, resolvedAt: Date.UTC(2026, 9, 3), resolvedBy: 12 });
    expect(await publisher(topic).turn()).toBe(2);
    expect(await waiting()).toBe(0);
    const [opened, resolved] = await published(topic, 2);
    expect(opened).toEqual({
      key: 'order:SC-1',
      type: 'application/cloudevents+json; charset=UTF-8',
      event: {
        specversion: '1.0',
        id: '1',
        type: 'com.tallystick.drift.opened',
        source: '/acme',
        subject: 'order:SC-1',
        time: '2026-10-02T00:00:00.000Z',
        datacontenttype: 'application/json',
        data: {
          ...body,
          openedAt: '2026-10-02T00:00:00.000Z',
          firstDivergence: { fact: 7, at: '2026-10-01T00:00:00.000Z' },
          position: 9,
        },
      },
    });
    expect(resolved?.event).toMatchObject({
      id: '2',
      type: 'com.tallystick.drift.resolved',
      time: '2026-10-03T00:00:00.000Z',
    });
  });

  needsKafka('publishes a promotion and the end of an import, which have no drift', async () => {
    const topic = await kafka.topic();
    await put('generation.promoted', { generation: 4, former: 3, drifts: [] }, null);
    await put('import.completed', { import: 2, reason: null, facts: 7, drifts: [] }, null);
    await publisher(topic).turn();
    const [promoted, imported] = await published(topic, 2);
    expect(promoted?.event).toMatchObject({
      type: 'com.tallystick.generation.promoted',
      subject: 'generation:4',
    });
    expect(imported?.event).toMatchObject({ type: 'com.tallystick.import.completed', subject: 'import:2' });
  });

  needsKafka('several replicas publish each alert, and those of one subject in their order', async () => {
    const topic = await kafka.topic(3);
    const subjects = Array.from({ length: 300 }, (_, i) => `SC-${i % 7}`);
    for (const id of subjects) await put('drift.opened', { ...body, subject: { kind: 'order', id } });
    for (const each of [publisher(topic), publisher(topic), publisher(topic)]) each.start();
    await settled(async () => (await waiting()) === 0);
    const events = await published(topic, subjects.length);
    for (const id of new Set(subjects)) {
      const ids = events.filter(({ key }) => key === `order:${id}`).map(({ event }) => Number(event.id));
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
    expect(new Set(events.map(({ event }) => event.id)).size).toBe(subjects.length);
  });

  needsKafka(
    'gives up what the broker refuses and what nobody can read, and publishes all others in their order',
    async () => {
      const topic = `test-${randomUUID()}`;
      const configEntries = [{ name: 'max.message.bytes', value: '5000' }];
      await kafka.admin.createTopics({ waitForLeaders: true, topics: [{ topic, configEntries }] });
      const about = (id: string, detail = '') => ({
        ...body,
        subject: { kind: 'order', id },
        cause: { code: 'c', detail },
      });
      for (const id of ['1', '2', '3']) await put('drift.opened', about(id));
      await put('drift.opened', about('4', 'x'.repeat(20_000)));
      await put('drift.opened', {});
      for (const id of ['6', '7']) await put('drift.opened', about(id));
      const publishing = publisher(topic);
      await publishing.turn();
      expect(await publishing.turn()).toBe(0);
      const events = await published(topic, 5);
      expect(events.map(({ key }) => key)).toEqual(['1', '2', '3', '6', '7'].map((id) => `order:${id}`));
      const { rows } = await database.pool.query(
        'SELECT id, publish_error FROM app.outbox WHERE published_at IS NULL ORDER BY id',
      );
      expect(rows).toEqual([
        { id: 4, publish_error: 'answered MESSAGE_TOO_LARGE' },
        { id: 5, publish_error: 'its body cannot be read' },
      ]);
    },
  );

  needsKafka('leaves everything for later while the topic is not there', async () => {
    await put('drift.opened', body);
    await expect(publisher(`missing-${randomUUID()}`).turn()).rejects.toThrow();
    expect(await waiting()).toBe(1);
  });

  it('leaves everything for later while no broker answers, and ends', async () => {
    await put('drift.opened', body);
    const away = publisher('drifts', ['127.0.0.1:1']);
    away.start();
    await expect(publisher('drifts', ['127.0.0.1:1']).turn()).rejects.toThrow();
    await away.stop();
    expect(await waiting()).toBe(1);
  });
});
