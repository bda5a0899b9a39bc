/** A real broker for tests: the one that KAFKA_BROKERS names. */
import { randomUUID } from 'node:crypto';
import { type Admin, Kafka, type Message, Partitioners, type Producer, logLevel } from 'kafkajs';
import { needs } from './needs';

export const brokers = process.env.KAFKA_BROKERS?.split(',') ?? [];

export const needsKafka = needs(brokers.length > 0, 'a Kafka broker: npm run kafka, then set KAFKA_BROKERS');

export interface TestKafka {
  kafka: Kafka;
  admin: Admin;
  producer: Producer;
  /** A topic that nobody else uses. */
  topic(partitions?: number): Promise<string>;
  send(topic: string, ...messages: Message[]): Promise<void>;
  /** The group's next record of every partition. */
  committed(groupId: string, topic: string): Promise<number[]>;
  close(): Promise<void>;
}

export async function testKafka(at: string[] = brokers): Promise<TestKafka> {
  const kafka = new Kafka({ brokers: at, clientId: 'test', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await admin.connect();
  await producer.connect();
  return {
    kafka,
    admin,
    producer,
    async topic(partitions = 1) {
      const topic = `test-${randomUUID()}`;
      await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
      return topic;
    },
    async send(topic, ...messages) {
      await producer.send({ topic, messages });
    },
    async committed(groupId, topic) {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return (found?.partitions ?? [])
        .sort((a, b) => a.partition - b.partition)
        .map(({ offset }) => Math.max(0, Number(offset)));
    },
    async close() {
      await producer.disconnect();
      await admin.disconnect();
    },
  };
}
