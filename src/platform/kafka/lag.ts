/** How far the group has read: asked of the brokers, so that any replica can tell, also while no consumer runs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import type { Log } from '../logging';
import { type KafkaSettings, QUICK, kafkaClient } from './client';

/** Offsets are null where the brokers cannot say: they do not answer, or there is no such topic; then so is the partition. */
export interface PartitionLag {
  topic: string;
  partition: number | null;
  source: string;
  /** The next record to be read. */
  offset: number | null;
  /** The record that will be written next. */
  end: number | null;
  /** Records that wait. */
  lag: number | null;
}

/** Null where nothing is read from Kafka. */
export function kafkaLag(settings: KafkaSettings, log: Log): KafkaLag | null {
  const reads = settings.kafkaBrokers.length > 0 && Object.keys(settings.kafka.topics).length > 0;
  return reads ? new KafkaLag(settings, log) : null;
}

const FRESH_MS = 1_000;
const PATIENCE_MS = 2_500;

export class KafkaLag {
  private readonly kafka: Kafka;
  private readonly topics: [topic: string, source: string][];
  private readonly groupId: string;
  private admin: Admin | null = null;
  private answered = false;
  private asking: Promise<PartitionLag[]> | null = null;
  private known: { at: number; lags: PartitionLag[] } = { at: -Infinity, lags: [] };

  constructor(
    settings: KafkaSettings,
    private readonly log: Log,
  ) {
    this.kafka = kafkaClient(settings, 'status', log, QUICK);
    this.topics = Object.entries(settings.kafka.topics);
    this.groupId = settings.kafka.groupId;
  }

  /** Whether the brokers answered when they were asked last. */
  get up(): boolean {
    return this.answered;
  }

  /** Sorted by topic and partition. Answers within a few seconds, whatever the brokers do. */
  async read(): Promise<PartitionLag[]> {
    if (performance.now() - this.known.at < FRESH_MS) return this.known.lags;
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    const late = new AbortController();
    const answer = await Promise.race([
      this.asking.finally(() => late.abort()),
      delay(PATIENCE_MS, null, { signal: late.signal }).catch(() => null),
    ]);
    if (answer === null) this.answered = false;
    return answer ?? this.unknown();
  }

  async close(): Promise<void> {
    await this.asking;
    await this.disconnect();
  }

  private async ask(): Promise<PartitionLag[]> {
    try {
      const admin = await this.connected();
      const there = new Set(await admin.listTopics());
      const lags = await Promise.all(
        this.topics.map(([topic, source]) =>
          there.has(topic) ? this.ofTopic(admin, topic, source) : Promise.resolve([missing(topic, source)]),
        ),
      );
      this.answered = true;
      this.known = { at: performance.now(), lags: lags.flat().sort(byPlace) };
      return this.known.lags;
    } catch (error) {
      this.log.debug({ err: error }, 'the brokers could not be asked how far they are read');
      this.answered = false;
      await this.disconnect();
      return this.unknown();
    }
  }

  private async ofTopic(admin: Admin, topic: string, source: string): Promise<PartitionLag[]> {
    const ends = await admin.fetchTopicOffsets(topic);
    const [committed] = await admin.fetchOffsets({ groupId: this.groupId, topics: [topic] });
    return ends.map(({ partition, high, low }) => {
      const found = committed?.partitions.find((each) => each.partition === partition);
      // Nothing is committed yet: it will be read from its beginning. What is gone from there cannot be read any more.
      const offset = Math.max(Number(low), Number(found?.offset ?? low));
      const end = Number(high);
      return { topic, partition, source, offset, end, lag: Math.max(0, end - offset) };
    });
  }

  private async connected(): Promise<Admin> {
    if (this.admin) return this.admin;
    const admin = this.kafka.admin();
    await admin.connect();
    this.admin = admin;
    return admin;
  }

  private async disconnect(): Promise<void> {
    const { admin } = this;
    this.admin = null;
    await admin?.disconnect().catch((error: unknown) => {
      this.log.debug({ err: error }, 'a connection to Kafka did not end well');
    });
  }

  /** As far as they were read when they last answered; where they end now, nobody knows. */
  private unknown(): PartitionLag[] {
    if (this.known.lags.length === 0) return this.topics.map(([topic, source]) => missing(topic, source));
    return this.known.lags.map((lag) => ({ ...lag, end: null, lag: null }));
  }
}

function missing(topic: string, source: string): PartitionLag {
  return { topic, partition: null, source, offset: null, end: null, lag: null };
}

function byPlace(a: PartitionLag, b: PartitionLag): number {
  return a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : (a.partition ?? 0) - (b.partition ?? 0);
}
