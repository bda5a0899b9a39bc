/**
 * Publishes the outbox to a topic of Kafka: at least once, and what is of one subject in its order. Any number of replicas may
 * run; one at a time publishes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import type { ClientBase, Pool } from 'pg';
import { type KafkaSettings, QUICK, RETRY, kafkaClient } from '../platform/kafka/client';
import type { Log } from '../platform/logging';
import { withTransaction } from '../platform/pools';
import { traced } from './traced';
import type { Alert } from './claim';
import { CONTENT_TYPE, cloudEvent } from './cloud-event';
import { UNREADABLE, readBody } from './read-alert';

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

/** Bodies that are sent at once, unless a single one has more. */
const BATCH_BYTES = 524_288;
/** What a broker says of the records themselves, as often as they are sent. */
const REFUSED = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'CORRUPT_MESSAGE']);

type Row = Omit<Alert, 'body'> & { body: string };
interface Outgoing {
  id: number;
  message: Message;
}

const UNPUBLISHED = `
  SELECT id, kind, body, attempts, position, "createdAt"
    FROM (SELECT *, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS before
            FROM (SELECT id, kind, body, attempts, position, created_at AS "createdAt" FROM app.outbox
                   WHERE published_at IS NULL AND publish_error IS NULL ORDER BY id LIMIT ${BATCH}) due) summed
   WHERE before < ${BATCH_BYTES} ORDER BY id`;

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
      const alerts = rows.flatMap((row) => {
        const body = readBody(row);
        return body ? [{ ...row, body } as Alert] : [];
      });
      const outgoing = (await traced(client, alerts)).flatMap((alert) => this.outgoing(alert) ?? []);
      const made = new Set(outgoing.map(({ id }) => id));
      const unmade = rows.flatMap(({ id }) => (made.has(id) ? [] : [id]));
      if (unmade.length > 0) await this.giveUp(client, unmade, UNREADABLE);
      await this.publish(producer, client, outgoing);
      return rows.length;
    });
  }

  /** One that the broker refuses is bisected out, given up with its reason, and all others are published in their order. */
  private async publish(
    producer: Producer,
    client: ClientBase,
    outgoing: readonly Outgoing[],
  ): Promise<void> {
    if (outgoing.length === 0) return;
    const ids = outgoing.map(({ id }) => id);
    const messages = outgoing.map(({ message }) => message);
    try {
      await producer.send({ topic: this.parts.topic, acks: -1, timeout: TIMEOUT_MS, messages });
    } catch (error) {
      const reason = refusal(error);
      if (reason === null) throw error;
      if (outgoing.length === 1) return this.giveUp(client, ids, reason);
      const half = Math.ceil(outgoing.length / 2);
      await this.publish(producer, client, outgoing.slice(0, half));
      return this.publish(producer, client, outgoing.slice(half));
    }
    await client.query('UPDATE app.outbox SET published_at = now() WHERE id = ANY($1::bigint[])', [ids]);
  }

  private async giveUp(client: ClientBase, ids: readonly number[], reason: string): Promise<void> {
    this.parts.log.error({ alerts: ids, reason }, 'alerts that cannot be published are given up');
    await client.query('UPDATE app.outbox SET publish_error = $2 WHERE id = ANY($1::bigint[])', [
      ids,
      reason,
    ]);
  }

  private outgoing(alert: Alert): Outgoing | null {
    try {
      return { id: alert.id, message: this.message(alert) };
    } catch (error) {
      this.parts.log.error({ err: error, alert: alert.id }, 'an event could not be made');
      return null;
    }
  }

  private message(alert: Alert): Message {
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

/** What is wrong with the records, in the broker's word; null: something else is. */
function refusal(error: unknown): string | null {
  const { type, cause } = error as { type?: unknown; cause?: unknown };
  if (typeof type === 'string' && REFUSED.has(type)) return `answered ${type}`;
  return cause === undefined || cause === error ? null : refusal(cause);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
