/** The ingest port on kafkajs: one consumer of the group, until it fails or is stopped. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { RETRY } from '../../platform/kafka/client';
import type { RecordBatch, RecordSource, Take } from './port';

export interface KafkaJsOptions {
  kafka: Kafka;
  topics: readonly string[];
  groupId: string;
  sessionTimeoutMs: number;
}

const MIB = 1024 * 1024;
/** What one answer of one broker may hold; a single record beyond it still comes, alone. */
const FETCH_BYTES = 8 * MIB;
const PARTITION_BYTES = 2 * MIB;
const LONG_POLL_MS = 500;

export class KafkaJsSource implements RecordSource {
  private readonly consumer: Consumer;
  private readonly stopping = new AbortController();
  private readonly timers = new Set<NodeJS.Timeout>();
  /** How often the group was joined: what was fetched before the last time may be another's. */
  private joined = 0;
  private begun: Promise<void> = Promise.resolve();

  constructor(private readonly options: KafkaJsOptions) {
    const { kafka, groupId, sessionTimeoutMs } = options;
    this.consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: Math.max(30_000, sessionTimeoutMs),
      heartbeatInterval: Math.floor(sessionTimeoutMs / 5),
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: PARTITION_BYTES,
      maxWaitTimeInMs: LONG_POLL_MS,
      allowAutoTopicCreation: false,
      // Whoever made this one makes another: a consumer that restarts itself cannot be told to stop in between.
      retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
    this.consumer.on('consumer.group_join', () => {
      this.joined += 1;
    });
  }

  async consume(take: Take): Promise<void> {
    const crashed = new Promise<never>((_, reject) => {
      this.consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
    });
    // It may come before anybody waits for it.
    crashed.catch(() => undefined);
    this.begun = this.begin(take);
    await this.begun;
    await Promise.race([crashed, aborted(this.stopping.signal)]);
  }

  private async begin(take: Take): Promise<void> {
    const { signal } = this.stopping;
    if (!signal.aborted) await this.consumer.connect();
    if (!signal.aborted)
      await this.consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
    if (signal.aborted) return;
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      // More would be more to hold in memory, and the ledger writes one block at a time anyway.
      partitionsConsumedConcurrently: 1,
      eachBatch: (payload) => this.each(payload, take),
    });
  }

  async stop(withinMs: number): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers) clearTimeout(timer);
    const late = new AbortController();
    // One that is disconnected while it begins may go on all the same.
    const begun = this.begun.catch(() => undefined);
    await Promise.race([
      begun.then(() => this.consumer.disconnect()).finally(() => late.abort()),
      delay(withinMs, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
  }

  private async each(payload: EachBatchPayload, take: Take): Promise<void> {
    const { batch, isRunning, isStale } = payload;
    const { topic, partition, messages } = batch;
    const joined = this.joined;
    const beat = new Heartbeat(payload, this.options.sessionTimeoutMs / 5);
    const given: RecordBatch = {
      topic,
      partition,
      records: messages,
      ending: () => !isRunning() || isStale() || this.stopping.signal.aborted || beat.failure !== null,
    };
    const { records, pauseMs } = await take(given).finally(() => beat.end());
    // What is durable may be told to Kafka by whoever has the partition now; it will find it to be repeats.
    if (joined === this.joined && records > 0) await this.commit(payload, records);
    if (pauseMs !== null) this.pause(payload, pauseMs);
    if (beat.failure !== null) throw beat.failure.error;
  }

  private async commit(
    { batch, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload,
    records: number,
  ): Promise<void> {
    const { topic, partition, messages } = batch;
    const whole = records === messages.length;
    // What follows the last record may be a mark of a transaction, which nobody is shown.
    const last = whole ? batch.lastOffset() : (messages[records - 1]?.offset ?? '-1');
    resolveOffset(whole ? (messages.at(-1)?.offset ?? last) : last);
    const offset = String(BigInt(last) + 1n);
    await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
  }

  private pause({ pause }: EachBatchPayload, ms: number): void {
    if (this.stopping.signal.aborted) return;
    const resume = pause();
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      resume();
    }, ms);
    this.timers.add(timer);
  }
}

/** Tells the broker, while a batch is being recorded, that this consumer lives; keeps what the broker answers to it. */
class Heartbeat {
  failure: { error: unknown } | null = null;
  private readonly timer: NodeJS.Timeout;

  constructor({ heartbeat }: EachBatchPayload, everyMs: number) {
    this.timer = setInterval(() => {
      heartbeat().catch((error: unknown) => {
        this.failure ??= { error };
      });
    }, everyMs);
  }

  end(): void {
    clearInterval(this.timer);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
