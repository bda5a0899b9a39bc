import { type Service, startService } from '../../../test/api/service';
import { type TestKafka, brokers, needsKafka, testKafka } from '../../../test/support/kafka';
import { loadConfig } from '../../platform/config';

describe('what waits in Kafka, over REST', () => {
  const { kafka } = loadConfig({ PORT: '0' }, '/nonexistent');
  let client: TestKafka;
  let service: Service;

  beforeAll(async () => {
    if (brokers.length > 0) client = await testKafka();
  });
  afterEach(() => service.close());
  afterAll(async () => {
    if (brokers.length > 0) await client.close();
  });

  async function serve(topic: string, at: string[]): Promise<void> {
    const section = { ...kafka, groupId: `group-of-${topic}`, topics: { [topic]: 'prima' } };
    service = await startService({ config: { kafkaBrokers: at, kafka: section } });
  }

  needsKafka('is told by partition in /v1/status and /metrics, though nobody reads', async () => {
    const topic = await client.topic(2);
    const messages = [1, 0, 1].map((partition) => ({ partition, value: '{}' }));
    await client.producer.send({ topic, messages });
    await serve(topic, brokers);
    const { json } = await service.get('/v1/status');
    expect(json.kafka).toEqual([
      { topic, partition: 0, source: 'prima', offset: 0, end: 1, lag: 1 },
      { topic, partition: 1, source: 'prima', offset: 0, end: 2, lag: 2 },
    ]);
    const { text } = await service.get('/metrics');
    expect(text).toContain(`tallystick_kafka_lag_records{topic="${topic}",partition="1",source="prima"} 2`);
    expect(text).toContain('tallystick_kafka_up 1');
  });

  it('is not known, and said to be so, while no broker answers', async () => {
    await serve('orders', ['127.0.0.1:1']);
    const { status, json } = await service.get('/v1/status');
    expect(status).toBe(200);
    expect(json.kafka).toEqual([
      { topic: 'orders', partition: null, source: 'prima', offset: null, end: null, lag: null },
    ]);
    const { text } = await service.get('/metrics');
    expect(text).toContain('tallystick_kafka_up 0');
    expect(text).not.toContain('tallystick_kafka_lag_records{');
  });
});
