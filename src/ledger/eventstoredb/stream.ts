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
} from '@eventstore/db-client';
import { setTimeout as delay } from 'node:timers/promises';
import type { Block } from '../port';
import type { PreparedFact } from '../postgres/prepared';
import type { Access, ReadOptions } from './access';
import { MOVE, WrongStream, inOurWords } from './broken';
import { type ReadFact, eventsOf, factOf } from './events';
import { fetchLarge, putLarge } from './large';
import type { LedgerUrl } from './url';

/** Shorter than the database lets a writer keep the head lock. */
const DEADLINE_MS = 5_000;
const CLOSE_MS = 2_000;
/** Events that are read at once. */
const PAGE = 250;

export interface Heard {
  /** The server listens; from now on a break ends the following. */
  confirmed(): void;
  appended(position: number): void;
}

export class LedgerStream implements Access {
  readonly client: EventStoreDBClient;
  /** With credentials of their own calls take the protocol's plain `Append`: see ADR 13. */
  readonly options;
  readonly name: string;

  constructor({ connection, stream, credentials }: LedgerUrl & { stream: string }) {
    this.client = EventStoreDBClient.connectionString(connection);
    this.name = stream;
    this.options = { credentials, requiresLeader: true, deadline: DEADLINE_MS };
  }

  /**
   * Appends a block, or the facts of it that come after its first `from`, as one write. Answers null when they are there, else where
   * the stream ends: another writer was first.
   */
  async append(block: Block, facts: readonly PreparedFact[], from = 0): Promise<number | null> {
    const { events, large } = eventsOf(block, facts, this.name, from);
    const first = block.firstPosition + from;
    const expectedRevision = first === 1 ? NO_STREAM : BigInt(first - 2);
    try {
      // A stream that was deleted takes this, too, and goes on with its old numbers.
      if (first === 1) await this.assertWhole();
      for (const payload of large) await putLarge(this, payload);
      const { success, nextExpectedRevision } = await this.client.appendToStream(this.name, events, {
        ...this.options,
        expectedRevision,
      });
      // Of the last event that was written, whatever it is called.
      if (success && nextExpectedRevision === BigInt(first + facts.length - 2)) return null;
      throw new WrongStream(
        `the stream ${this.name} took what was to begin at position ${first} at another revision (up to ${nextExpectedRevision}): ${MOVE}`,
        first,
      );
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) {
        const { actualVersion } = error as { actualVersion: bigint | 'no_stream' };
        return actualVersion === 'no_stream' ? 0 : Number(actualVersion) + 1;
      }
      throw inOurWords(error, this.name);
    }
  }

  /** Position of the last event; 0 for a stream that is not there. */
  async end(): Promise<number> {
    const [last] = await this.events(this.name, { fromRevision: END, direction: BACKWARDS, maxCount: 1 });
    return last ? Number(last.revision) + 1 : 0;
  }

  /** Null where the stream ends before. */
  async at(position: number): Promise<ReadFact | null> {
    const [event] = await this.events(this.name, { fromRevision: BigInt(position - 1), maxCount: 1 });
    if (event) this.assertGapless(event, position);
    return event ? factOf(event) : null;
  }

  /** The facts after a position in order, to the end as it is when it is reached. Nothing is open while one is looked at. */
  async *read(after: number): AsyncGenerator<ReadFact> {
    for (let at = after; ;) {
      const page = await this.events(this.name, { fromRevision: BigInt(at), maxCount: PAGE });
      for (const event of page) {
        this.assertGapless(event, (at += 1));
        const fact = factOf(event);
        if (fact.large) await fetchLarge(this, fact, fact.large);
        yield fact;
      }
      if (page.length < PAGE) return;
    }
  }

  /** Throws where the server keeps only a part of what was appended, or will. */
  async assertWhole(): Promise<void> {
    const [event] = await this.events(`$$${this.name}`, {
      fromRevision: END,
      direction: BACKWARDS,
      maxCount: 1,
    });
    const kept = (event?.isJson ? event.data : null) as Record<string, unknown> | null;
    const bounds = ['$tb', '$maxCount', '$maxAge'].filter((name) => Number(kept?.[name] ?? 0) > 0);
    if (bounds.length === 0) return;
    const [first] = await this.events(this.name, { fromRevision: START, maxCount: 1 });
    const where = first ? `begins at position ${Number(first.revision) + 1}` : 'was deleted';
    throw new WrongStream(
      `the stream ${this.name} ${where}, and its metadata keep events back (${bounds.join(', ')}): take that out of its metadata ` +
        `before anything is scavenged or appended, or, with a database that has all facts, ${MOVE}`,
    );
  }

  /**
   * Calls back at each event after a position, until it is told to stop or fails; what was missed meanwhile is read anew by whoever
   * hears.
   */
  async follow(after: number, heard: Heard, signal: AbortSignal): Promise<void> {
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
      subscription.on('error', () => undefined).on('confirmation', () => heard.confirmed());
      for await (const { event } of subscription) heard.appended(Number(event?.revision ?? 0) + 1);
    } catch (error) {
      if (!signal.aborted) throw inOurWords(error, this.name);
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

  /** [] for a stream that is not there. The client itself would wait for ever for a server that says nothing. */
  async events(stream: string, options: ReadOptions): Promise<RecordedEvent[]> {
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
      if (!(error instanceof StreamNotFoundError)) throw inOurWords(error, stream);
    } finally {
      clearTimeout(late);
    }
    return events;
  }

  private assertGapless(event: RecordedEvent, position: number): void {
    const found = Number(event.revision) + 1;
    if (found !== position)
      throw new WrongStream(
        `the stream ${this.name} goes on at position ${found} where ${position} is expected: what was between is kept back by its ` +
          `metadata ($tb, $maxCount, $maxAge), or gone. Take that out of them, or, with a database that has all facts, ${MOVE}`,
        position,
      );
  }
}

/** A subscriber that is sent more than it takes at once is ended by the server: nothing is wrong. */
export function isTooSlow(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 10;
}
