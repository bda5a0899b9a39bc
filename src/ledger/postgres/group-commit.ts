import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { LedgerBusy, LedgerClockAhead, LedgerStopped, LedgerUnavailable } from '../port';
import type { Receipt } from '../port';
import type { LedgerLimits } from '../limits';
import type { LedgerLogger } from './logger';
import { isTransient } from './transient';
import type { PreparedFact } from './prepared';
import type { Outcome } from './record';

/**
 * Begins to record facts without repeats among them. `attempt` may be called again after it has rejected; `interrupt` has the
 * one under way reject, also where the database answers nothing.
 */
export type Recorder = (facts: readonly PreparedFact[]) => {
  attempt(): Promise<Outcome[]>;
  interrupt(): void;
};

/** A call's place in the queue. It is taken before the call is encoded, so that a long encoding loses no turn. */
export interface Place {
  /** The call's facts, encoded and hashed: the place may be served now. */
  fill(facts: PreparedFact[]): void;
  /** Gives the place up. Once the facts have been taken for a block this changes nothing. */
  cancel(error: unknown): void;
  receipts: Promise<Receipt[]>;
}

interface Waiting {
  count: number;
  bytes: number;
  deadline: number;
  /** Ends the wait at the deadline, wherever the call is by then. */
  timer: NodeJS.Timeout | null;
  facts: PreparedFact[] | null;
  resolve(receipts: Receipt[]): void;
  reject(error: unknown): void;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;
const MAX_RETRY_AFTER_SECONDS = 30;

/**
 * Puts concurrent callers into common blocks. While one block is under way the next callers queue, and are
 * encoded and hashed; a block takes whole calls, in their order. One loop writes, so there is one block under way at a time: more
 * would only wait for the same head lock.
 */
export class GroupCommit {
  private queue: Waiting[] = [];
  private queuedFacts = 0;
  private queuedBytes = 0;
  private factsPerSecond = 10_000;
  private running: Promise<void> | null = null;
  private closed = false;
  /** Why the store could last not be written to. */
  private lastError: unknown;

  constructor(
    private readonly record: Recorder,
    private readonly limits: LedgerLimits,
    private readonly logger: LedgerLogger,
  ) {}

  /**
   * A place at the end of the queue for a call of `count` facts with about so many bytes of payload. Throws when the ledger
   * is closed or its queue is full.
   * @param refusable whether a full queue may refuse; the later parts of a call whose first part was accepted may not be.
   */
  reserve(count: number, bytes: number, refusable: boolean): Place {
    if (this.closed && refusable) throw new LedgerUnavailable('the ledger is closed');
    if (refusable && this.isFull(count, bytes)) throw new LedgerBusy(this.retryAfterSeconds());
    const { promise, resolve, reject } = withResolvers<Receipt[]>();
    // A call of several parts that fails in one no longer asks for the next: its rejection has no other listener.
    promise.catch(() => undefined);
    const deadline = performance.now() + this.limits.maxWaitMs;
    const call: Waiting = { count, bytes, deadline, timer: null, facts: null, resolve, reject };
    call.timer = setTimeout(() => this.expire(call), this.limits.maxWaitMs);
    this.queue.push(call);
    this.queuedFacts += count;
    this.queuedBytes += bytes;
    return {
      receipts: promise,
      fill: (facts) => {
        call.facts = facts;
        this.wake();
      },
      cancel: (error) => {
        if (this.leave(call)) answer(call, () => reject(error));
      },
    };
  }

  /** Refuses new callers, and waits until those that were accepted have their answer. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.queue.length > 0 || this.running) await (this.running ?? nextTurn());
  }

  /** Nobody waits longer than until the deadline. A call that is under way may be recorded all the same. */
  private expire(call: Waiting): void {
    this.leave(call);
    call.reject(unavailable(this.lastError));
  }

  /** Takes a call out of the queue; false where it has been taken for a block. */
  private leave(call: Waiting): boolean {
    if (!this.queue.includes(call)) return false;
    this.queue = this.queue.filter((other) => other !== call);
    this.forget([call]);
    this.wake();
    return true;
  }

  private wake(): void {
    if (!this.running && this.queue[0]?.facts) this.running = this.run();
  }

  /** An empty queue takes any call, so that one large call is never refused for ever. */
  private isFull(facts: number, bytes: number): boolean {
    return (
      this.queue.length > 0 &&
      (this.queuedFacts + facts > this.limits.queueFacts || this.queuedBytes + bytes > this.limits.queueBytes)
    );
  }

  private retryAfterSeconds(): number {
    return Math.min(MAX_RETRY_AFTER_SECONDS, Math.ceil(this.queuedFacts / this.factsPerSecond) || 1);
  }

  private async run(): Promise<void> {
    // One turn of the event loop lets the callers that were just answered, and requests that wait in a socket, join the
    // next block; without it 64 callers fall apart into two groups that take turns.
    for (await nextTurn(); this.queue[0]?.facts; await nextTurn()) {
      const group = this.take();
      const started = performance.now();
      await this.commit(group);
      const facts = group.reduce((sum, call) => sum + call.count, 0);
      const rate = (facts / (performance.now() - started)) * 1000;
      this.factsPerSecond += (rate - this.factsPerSecond) * 0.1;
    }
    this.running = null;
  }

  /** The next whole calls that fit into one block, in order and as far as they are encoded; at least one. */
  private take(): Waiting[] {
    let count = 0;
    let facts = 0;
    let bytes = 0;
    for (const call of this.queue) {
      facts += call.count;
      bytes += call.bytes;
      if (!call.facts) break;
      if (count > 0 && (facts > this.limits.blockFacts || bytes > this.limits.blockBytes)) break;
      count += 1;
    }
    const group = this.queue.splice(0, count);
    this.forget(group);
    return group;
  }

  private forget(calls: readonly Waiting[]): void {
    for (const call of calls) {
      this.queuedFacts -= call.count;
      this.queuedBytes -= call.bytes;
    }
  }

  /** Answers every call of the group, whatever happens. */
  private async commit(group: readonly Waiting[]): Promise<void> {
    const { unique, slots } = withoutRepeats(group);
    const deadline = Math.max(...group.map((call) => call.deadline));
    const recording = this.record(unique);
    for (let attempt = 0; ; attempt += 1) {
      // When nobody waits for it any more the connection is given up: the next block needs one that answers.
      const giveUp = setTimeout(() => recording.interrupt(), deadline - performance.now());
      try {
        const outcomes = await recording.attempt();
        group.forEach((call, i) => {
          answer(call, () => call.resolve(receiptsOf(slots[i] as Slot[], outcomes)));
        });
        return;
      } catch (error) {
        clearTimeout(giveUp);
        if (error instanceof LedgerClockAhead) return fail(group, error);
        if (!isTransient(error)) return await this.refuse(group, error);
        this.lastError = error;
        this.logger.warn({ attempt, err: error }, 'the ledger could not write; it will try again');
        const pause = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
        if (performance.now() + pause > deadline) return fail(group, unavailable(error));
        await sleep(pause);
      } finally {
        clearTimeout(giveUp);
      }
    }
  }

  /** One caller's facts must not fail another's: a group that was refused is recorded call by call. */
  private async refuse(group: readonly Waiting[], error: unknown): Promise<void> {
    if (group.length === 1 || error instanceof LedgerStopped) return fail(group, error);
    for (const call of group) await this.commit([call]);
  }
}

/** Which unique fact a proposal became, and whether an earlier proposal of the same block had become it before. */
interface Slot {
  index: number;
  repeated: boolean;
}

function withoutRepeats(group: readonly Waiting[]): { unique: PreparedFact[]; slots: Slot[][] } {
  const unique: PreparedFact[] = [];
  const indexes = new Map<string, number>();
  const slots = group.map((call) =>
    (call.facts ?? []).map((fact) => {
      const known = indexes.get(fact.identityKey);
      if (known !== undefined) return { index: known, repeated: true };
      indexes.set(fact.identityKey, unique.length);
      return { index: unique.push(fact) - 1, repeated: false };
    }),
  );
  return { unique, slots };
}

function receiptsOf(slots: readonly Slot[], outcomes: readonly Outcome[]): Receipt[] {
  return slots.map(({ index, repeated }) => {
    const { position, duplicate } = outcomes[index] as Outcome;
    return { position, duplicate: duplicate || repeated };
  });
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function answer(call: Waiting, say: () => void): void {
  if (call.timer) clearTimeout(call.timer);
  say();
}

function fail(calls: readonly Waiting[], error: unknown): void {
  for (const call of calls) answer(call, () => call.reject(error));
}

function unavailable(cause: unknown): LedgerUnavailable {
  return new LedgerUnavailable(
    'the ledger could not be written to in time; whether this was recorded is not known, and sending it again is safe',
    { cause },
  );
}
