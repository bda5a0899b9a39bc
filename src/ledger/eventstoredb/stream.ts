/** The stream that is the ledger, through the client of EventStoreDB and KurrentDB. */
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  NO_STREAM,
  StreamNotFoundError,
  WrongExpectedVersionError,
  binaryEvent,
} from '@eventstore/db-client';
import { hash } from 'node:crypto';
import type { Block } from '../port';
import type { PreparedFact } from '../postgres/prepared';
import { CHUNK, CHUNK_BYTES, type Large, type ReadFact, eventId, eventsOf, factOf } from './events';
import type { LedgerUrl } from './url';

/** Shorter than the database lets a writer keep the head lock. */
const DEADLINE_MS = 5_000;

export class LedgerStream {
  private readonly client: EventStoreDBClient;
  /** With credentials of their own calls take the protocol's plain `Append`: see ADR 13. */
  private readonly options;
  readonly name: string;

  constructor({ connection, stream, credentials }: LedgerUrl) {
    this.client = EventStoreDBClient.connectionString(connection);
    this.name = stream;
    this.options = { credentials, requiresLeader: true, deadline: DEADLINE_MS };
  }

  /**
   * Appends a block, or the facts of it that come after its first `from`, as one write. Answers whether they are there: false where
   * another writer was first.
   */
  async append(block: Block, facts: readonly PreparedFact[], from = 0): Promise<boolean> {
    const { events, large } = eventsOf(block, facts, this.name, from);
    for (const payload of large) await this.put(payload);
    const first = block.firstPosition + from;
    const expectedRevision = first === 1 ? NO_STREAM : BigInt(first - 2);
    try {
      await this.client.appendToStream(this.name, events, { ...this.options, expectedRevision });
      return true;
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) return false;
      throw error;
    }
  }

  /** Position of the last fact; 0 for a stream that is not there. */
  async end(): Promise<number> {
    const read = this.client.readStream(this.name, {
      ...this.options,
      fromRevision: END,
      direction: BACKWARDS,
      maxCount: 1,
    });
    try {
      for await (const { event } of read) if (event) return Number(event.revision) + 1;
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
    return 0;
  }

  /** The facts after a position in order, to the end as it is when it is reached. */
  async *read(after: number): AsyncGenerator<ReadFact> {
    const read = this.client.readStream(this.name, {
      ...this.options,
      fromRevision: BigInt(after),
      direction: FORWARDS,
    });
    try {
      for await (const { event } of read) {
        if (!event) continue;
        const fact = factOf(event);
        if (fact.large) await this.fetch(fact, fact.large);
        yield fact;
      }
    } catch (error) {
      // Nothing was ever recorded.
      if (!(error instanceof StreamNotFoundError)) throw error;
    } finally {
      await read.cancel().catch(() => undefined);
    }
  }

  /** Calls back at each event after a position, until it ends or fails; what was missed meanwhile is read anew by whoever hears. */
  async follow(after: number, heard: () => void, signal: AbortSignal): Promise<void> {
    const { credentials } = this.options;
    const from = after === 0 ? 'start' : BigInt(after - 1);
    const subscription = this.client.subscribeToStream(this.name, { credentials, fromRevision: from });
    const stop = () => void subscription.unsubscribe();
    signal.addEventListener('abort', stop);
    try {
      subscription.on('confirmation', heard);
      for await (const _ of subscription) heard();
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    await this.client.dispose();
  }

  /** By content: whoever wrote a part of it has written the same. */
  private async put({ stream, payload }: Large): Promise<void> {
    const seed = hash('sha256', payload, 'buffer');
    for (let from = 0, i = 0; from < payload.length; from += CHUNK_BYTES, i++) {
      const data = payload.subarray(from, from + CHUNK_BYTES);
      const event = binaryEvent({ id: eventId(seed, i), type: CHUNK, data });
      const expectedRevision = i === 0 ? NO_STREAM : BigInt(i - 1);
      try {
        await this.client.appendToStream(stream, event, { ...this.options, expectedRevision });
      } catch (error) {
        if (!(error instanceof WrongExpectedVersionError)) throw error;
      }
    }
  }

  private async fetch(fact: ReadFact, { stream, chunks }: { stream: string; chunks: number }): Promise<void> {
    const parts: Buffer[] = [];
    const read = this.client.readStream(stream, { ...this.options, fromRevision: 'start', maxCount: chunks });
    for await (const { event } of read)
      if (event) parts.push(Buffer.from(event.data as unknown as Uint8Array));
    const bytes = Buffer.concat(parts);
    const { proposal } = fact;
    proposal.payload = typeof proposal.payload === 'string' ? bytes.toString() : bytes;
  }
}
