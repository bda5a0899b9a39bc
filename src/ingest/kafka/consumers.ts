/** Keeps a consumer running for as long as the service does, whatever becomes of brokers and topics. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../platform/logging';
import type { RecordSource, Take } from './port';

export interface ConsumersParts {
  topics: readonly string[];
  /** Names of the topics that there are. */
  existing: () => Promise<ReadonlySet<string>>;
  open: (topics: readonly string[]) => RecordSource;
  take: Take;
  log: Log;
  /** How often it is looked whether a topic that was not there has come. */
  lookEveryMs?: number;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
const LOOK_EVERY_MS = 10_000;
/** Within the ten seconds that the service has to end. */
const STOP_MS = 7_000;

export class KafkaConsumers {
  private readonly stopped = new AbortController();
  private readonly lookEveryMs: number;
  private running: Promise<void> | null = null;
  private source: RecordSource | null = null;
  private told = '';

  constructor(private readonly parts: ConsumersParts) {
    this.lookEveryMs = parts.lookEveryMs ?? LOOK_EVERY_MS;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** What is under way becomes durable and is committed, or is left for the next one. At most some 7 s. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.source?.stop(STOP_MS);
    const late = new AbortController();
    await Promise.race([
      (this.running ?? Promise.resolve()).finally(() => late.abort()),
      delay(STOP_MS, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    for (let failures = 0; !signal.aborted;) {
      const began = performance.now();
      try {
        await this.session(signal);
        failures = 0;
      } catch (error) {
        failures = performance.now() - began > LONGEST_PAUSE_MS ? 1 : failures + 1;
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
        if (!this.stopped.signal.aborted) this.tell(error, pauseMs);
        await pause(pauseMs * (0.5 + Math.random() / 2), signal);
      }
    }
  }

  /** What a broker answers is one sentence; where in the client it was found helps nobody who runs this. */
  private tell(error: unknown, pauseMs: number): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.parts.log.warn(
      { reason, pauseMs },
      'Kafka cannot be read at the brokers that KAFKA_BROKERS names; it is tried again',
    );
    this.parts.log.debug({ err: error }, 'why Kafka could not be read');
  }

  /** Until a topic that was missing is there; rejects when consuming ends otherwise. */
  private async session(signal: AbortSignal): Promise<void> {
    const { topics, open, take } = this.parts;
    const there = await this.there();
    if (there.length === 0) return pause(this.lookEveryMs, signal);
    if (signal.aborted) return;
    const source = open(there);
    this.source = source;
    const over = new AbortController();
    try {
      const consuming = source.consume(take);
      const missing = topics.length > there.length ? this.more(there, over.signal) : consuming;
      await Promise.race([consuming, missing]);
    } finally {
      over.abort();
      this.source = null;
      await source.stop(STOP_MS);
    }
  }

  private async more(there: readonly string[], signal: AbortSignal): Promise<void> {
    for (; !signal.aborted; await pause(this.lookEveryMs, signal)) {
      try {
        if ((await this.there()).length > there.length) return;
      } catch (error) {
        this.parts.log.debug({ err: error }, 'topics could not be listed');
      }
    }
  }

  /** The configured topics that there are. A missing one must not stop the others. */
  private async there(): Promise<string[]> {
    const existing = await this.parts.existing();
    const missing = this.parts.topics.filter((topic) => !existing.has(topic));
    const told = missing.join(', ');
    if (missing.length > 0 && told !== this.told)
      this.parts.log.warn({ topics: missing }, 'topics do not exist (yet); they are looked for again');
    this.told = told;
    return this.parts.topics.filter((topic) => existing.has(topic));
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
