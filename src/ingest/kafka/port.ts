/**
 * What ingest needs of a Kafka client. Offsets are decimal texts, as Kafka counts in 64 bits.
 */

export interface KafkaRecord {
  offset: string;
  key: Buffer | null;
  /** Null: a tombstone. */
  value: Buffer | null;
}

/** Consecutive records of one partition. */
export interface RecordBatch {
  topic: string;
  partition: number;
  records: readonly KafkaRecord[];
  /** True once the batch should come to an end at its next record: the service stops, or the partition is another's. */
  ending(): boolean;
}

export interface Taken {
  /** How many records, from the first one, are durable. */
  records: number;
  /** Milliseconds to wait before the others are to be brought again; null: at once. */
  pauseMs: number | null;
}

/** Makes a batch durable. Never throws: what cannot be recorded now is brought again. */
export type Take = (batch: RecordBatch) => Promise<Taken>;

export interface RecordSource {
  /**
   * Brings batches, one at a time, until `stop` or a failure; then it rejects. What `take` says is durable is committed, and
   * nothing else. While it works the broker is told that this consumer lives.
   */
  consume(take: Take): Promise<void>;
  /** Lets a batch that is under way end, leaves the group, and returns within `withinMs` in any case. */
  stop(withinMs: number): Promise<void>;
}
