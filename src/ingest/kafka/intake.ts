/** Batches of records into the ledger. Knows no Kafka client: the port brings what is to be recorded. */
import type { Ledger } from '../../ledger/port';
import { LedgerBusy, LedgerUnavailable } from '../../ledger/port';
import type { Log } from '../../platform/logging';
import type { IngestLimits } from '../limits';
import { type Proposer, proposer } from '../proposals';
import { Recorder } from '../recorder';
import type { IntakeMeter } from './meter';
import type { RecordBatch, Taken } from './port';
import { readRecord } from './read-record';
import type { TopicSource } from './topics';

export interface IntakeParts {
  ledger: Ledger;
  /** The source whose messages a topic holds, as it is configured at this moment. */
  sourceOf: (topic: string) => TopicSource;
  limits: IngestLimits;
  log: Log;
  meter: IntakeMeter;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
const MAX_ACTOR = 200;

export class Intake {
  /** Batches in a row that could not be recorded, by partition. */
  private readonly failures = new Map<string, number>();

  constructor(private readonly parts: IntakeParts) {}

  async take(batch: RecordBatch): Promise<Taken> {
    const partition = `${batch.topic}/${batch.partition}`;
    try {
      const records = await this.record(batch);
      this.failures.delete(partition);
      return { records, pauseMs: null };
    } catch (error) {
      const pauseMs = this.pauseAfter(partition, error);
      this.parts.meter.paused(batch.topic);
      const level = error instanceof LedgerBusy || error instanceof LedgerUnavailable ? 'warn' : 'error';
      this.parts.log[level](
        { err: error, topic: batch.topic, partition: batch.partition, pauseMs },
        'a batch from Kafka could not be recorded; its partition pauses, and it is brought again',
      );
      return { records: 0, pauseMs };
    }
  }

  /** How many records are durable. Rejects when not all that were begun are; some of them may be. */
  private async record(batch: RecordBatch): Promise<number> {
    const { ledger, limits, sourceOf, meter } = this.parts;
    const { settings, kind } = sourceOf(batch.topic);
    const propose = proposer(settings, kind, `kafka:${batch.topic}`.slice(0, MAX_ACTOR));
    const recorder = new Recorder(ledger, limits);
    let unreadable = 0;
    let count = 0;
    try {
      for (const record of batch.records) {
        if (batch.ending()) break;
        const { proposals, problem } = this.read(batch, record, propose);
        if (problem !== null) unreadable += 1;
        for (const proposal of proposals) {
          const room = recorder.add(proposal);
          if (room) await room;
        }
        count += 1;
      }
      const { recorded, duplicates } = await recorder.finish();
      meter.recorded(batch.topic, { recorded, duplicates, unreadable });
      return count;
    } finally {
      await recorder.settle();
    }
  }

  private read(batch: RecordBatch, record: RecordBatch['records'][number], propose: Proposer) {
    const place = `${batch.topic}/${batch.partition}/${record.offset}`;
    const read = readRecord(record, place, propose, this.parts.limits);
    if (read.problem !== null)
      this.parts.log.warn({ record: place, reason: read.problem }, 'a record from Kafka is kept unread');
    return read;
  }

  /** A full queue says itself when to come back. */
  private pauseAfter(partition: string, error: unknown): number {
    if (error instanceof LedgerBusy) return error.retryAfterSeconds * 1_000;
    const failures = (this.failures.get(partition) ?? 0) + 1;
    this.failures.set(partition, failures);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, failures - 1));
    return pauseMs * (0.5 + Math.random() / 2);
  }
}
