/**
 * Publishes the outbox to a topic of Kafka: at least once, and what is of one subject in its order. Any number of replicas may
 * run; one at a time publishes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import type { Pool } from 'pg';
import { type KafkaSettings, QUICK, RETRY, kafkaClient } from '../platform/kafka/client';
import type { Log } from '../platform/logging';
import { withTransaction } from '../platform/pools';
import { traced } from './traced';
import type { Alert } from './claim';
import { CONTENT_TYPE, cloudEvent } from './cloud-event';

export interface PublisherParts {
  pool: Pool;
  log: Log;
  kafka: Kafka;
  topic: string;
  /** Of the events. */
  source: string;
}

/** Null where nothing is to be published. */
export function kafkaPublisher(parts: {
  config: KafkaSettings;
  pool: Pool;
  log: Log;
}): KafkaPublisher | null {
  const { config, pool } = parts;
  const { publish } = config.kafka;
  if (publish === null || config.kafkaBrokers.length === 0) return null;
  const log = parts.log.child({ component: 'kafka' });
  return new KafkaPublisher({ pool, log, kafka: kafkaClient(config, 'publish', log, QUICK), ...publish });
}

const POLL_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const STOP_MS = 7_000;
/** A broker takes a batch of a megabyte; an alert has some 1,000 bytes. */
const BATCH = 200;
const TIMEOUT_MS = 10_000;
const PUBLISHER_LOCK = 7_420_010;

type Row = Omit<Alert, 'body'> & { body: string };

const UNPUBLISHED = `
  SELECT id, kind, body, attempts, position, created_at AS "createdAt" FROM app.outbox
   WHERE published_at IS NULL ORDER BY id LIMIT ${BATCH}`;

export class KafkaPublisher {
  private readonly stopped = new AbortController();
  private running: Promise<void> | null = null;
  private producer: Producer | null = null;

  constructor(private readonly parts: PublisherParts) {}

  start(): void {
    this.running ??= this.run();
  }

  /** What is being sent is waited for, within some 7 s. */
  async stop(): Promise<void> {
    this.stopped.abort();
    const late = new AbortController();
    const ended = (this.running ?? Promise.resolve()).then(() => this.disconnect());
    await Promise.race([
      ended.finally(() => late.abort()),
      delay(STOP_MS, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    for (let failures = 0; !signal.aborted;) {
      let pauseMs = POLL_MS;
      try {
        if ((await this.turn()) > 0) pauseMs = 0;
        failures = 0;
      } catch (error) {
        failures += 1;
        pauseMs =
          Math.min(LONGEST_PAUSE_MS, POLL_MS * 2 ** Math.min(10, failures)) * (0.5 + Math.random() / 2);
        this.parts.log.warn({ err: error, pauseMs }, 'alerts could not be published; it is tried again');
        await this.disconnect();
      }
      if (pauseMs > 0) await pause(pauseMs, signal);
    }
  }

  /**
   * Answers how many were published. The lock and not SKIP LOCKED: two who publish at once could turn a subject's order round.
   * Who dies between the broker's answer and the commit has published them, and they are published again.
   */
  async turn(): Promise<number> {
    const producer = await this.connected();
    return withTransaction(this.parts.pool, async (client) => {
      const lock = await client.query<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS free', [
        PUBLISHER_LOCK,
      ]);
      if (!lock.rows[0]?.free) return 0;
      const { rows } = await client.query<Row>(UNPUBLISHED);
      if (rows.length === 0) return 0;
      const { topic } = this.parts;
      const messages = (await traced(client, rows.map(read))).map((alert) => this.message(alert));
      await producer.send({ topic, acks: -1, timeout: TIMEOUT_MS, messages });
      await client.query('UPDATE app.outbox SET published_at = now() WHERE id = ANY($1::bigint[])', [
        rows.map(({ id }) => id),
      ]);
      return rows.length;
    });
  }

  private message(alert: Alert) {
    const event = cloudEvent(alert, this.parts.source);
    return { key: event.subject, value: JSON.stringify(event), headers: { 'content-type': CONTENT_TYPE } };
  }

  /** Before a transaction is begun: none should wait for a broker that is away. */
  private async connected(): Promise<Producer> {
    if (this.producer) return this.producer;
    const producer = this.parts.kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      maxInFlightRequests: 1,
      retry: { ...RETRY, retries: 2 },
    });
    await producer.connect();
    this.producer = producer;
    return producer;
  }

  private async disconnect(): Promise<void> {
    const { producer } = this;
    this.producer = null;
    await producer?.disconnect().catch((error: unknown) => {
      this.parts.log.debug({ err: error }, 'a connection to Kafka did not end well');
    });
  }
}

function read(row: Row): Alert {
  return { ...row, body: JSON.parse(row.body) as unknown } as Alert;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
