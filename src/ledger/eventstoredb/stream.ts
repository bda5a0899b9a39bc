/** The stream that is the ledger, through the client of EventStoreDB and KurrentDB. */
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  NO_STREAM,
  type RecordedEvent,
  START,
  StreamNotFoundError,
  WrongExpectedVersionError,
  binaryEvent,
} from '@eventstore/db-client';
import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Block } from '../port';
import type { PreparedFact } from '../postgres/prepared';
import { CHUNK, CHUNK_BYTES, type Large, type ReadFact, eventId, eventsOf, factOf } from './events';
import type { LedgerUrl } from './url';

/** Shorter than the database lets a writer keep the head lock. */
const DEADLINE_MS = 5_000;
const CLOSE_MS = 2_000;
/** Events that are read at once. */
const PAGE = 250;

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
    const [last] = await this.events(this.name, { fromRevision: END, direction: BACKWARDS, maxCount: 1 });
    return last ? Number(last.revision) + 1 : 0;
  }

  /** The facts after a position in order, to the end as it is when it is reached. Nothing is open while one is looked at. */
  async *read(after: number): AsyncGenerator<ReadFact> {
    for (let at = after; ;) {
      const page = await this.events(this.name, { fromRevision: BigInt(at), maxCount: PAGE });
      for (const event of page) {
        const fact = factOf(event);
        if (fact.large) await this.fetch(fact, fact.large);
        yield fact;
      }
      at += page.length;
      if (page.length < PAGE) return;
    }
  }

  /**
   * Calls back at each event after a position, until it is told to stop or fails; what was missed meanwhile is read anew by whoever
   * hears.
   */
  async follow(after: number, heard: () => void, signal: AbortSignal): Promise<void> {
    const { credentials } = this.options;
    const from = after === 0 ? START : BigInt(after - 1);
    const subscription = this.client.subscribeToStream(this.name, { credentials, fromRevision: from });
    const stop = () => {
      subscription.destroy();
      // It rejects where no server was reached yet: then there is nothing to end.
      subscription.unsubscribe().catch(() => undefined);
    };
    signal.addEventListener('abort', stop);
    // A signal that was given before tells its listeners nothing.
    if (signal.aborted) stop();
    try {
      // The client tells of a broken connection also when nobody looks any more, which would end the process.
      subscription.on('error', () => undefined).on('confirmation', heard);
      for await (const _ of subscription) heard();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** What is under way is given up; a server that says nothing is not waited for. */
  async close(): Promise<void> {
    const late = new AbortController();
    const waited = delay(CLOSE_MS, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([this.client.dispose(), waited]);
    late.abort();
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
    const events = await this.events(stream, { fromRevision: START, maxCount: chunks });
    const parts = events.map(({ data }) => Buffer.from(data as unknown as Uint8Array));
    const bytes = Buffer.concat(parts);
    const { proposal } = fact;
    proposal.payload = typeof proposal.payload === 'string' ? bytes.toString() : bytes;
  }

  /** [] for a stream that is not there. The client itself would wait for ever for a server that says nothing. */
  private async events(
    stream: string,
    options: {
      fromRevision: bigint | typeof START | typeof END;
      maxCount: number;
      direction?: typeof BACKWARDS;
    },
  ): Promise<RecordedEvent[]> {
    const read = this.client.readStream(stream, { ...this.options, ...options });
    const late = setTimeout(() => {
      read.emit('error', new Error(`the stream ${stream} was not told within ${DEADLINE_MS} ms`));
      void read.cancel();
    }, DEADLINE_MS);
    const events: RecordedEvent[] = [];
    try {
      for await (const { event } of read) {
        if (event) events.push(event);
        late.refresh();
      }
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    } finally {
      clearTimeout(late);
    }
    return events;
  }
}
