/**
 * The ledger's port: what any adapter must offer, and what its contract suite (`contract.ts`) proves of it.
 * Times are epoch milliseconds, UTC. Positions are gapless and start at 1.
 */
import type { FactRows } from './rows';

/** One message, ready to be recorded. Everything here is computed before any lock is taken. */
export interface Proposal {
  source: string;
  /** As the source's envelope names it; null when it could not be read. At most 200 characters. */
  type: string | null;
  /** Business key inside its source; null when it could not be read. At most 500 characters. */
  key: string | null;
  /** The source's clock; null when it could not be read. */
  occurredAt: number | null;
  /** The bytes as received: text when they are valid UTF-8 without NUL, else the raw bytes. */
  payload: string | Buffer;
  /** SHA-256 of source, business key and content without transport fields: what makes a repeat provable. */
  identity: Buffer;
  /** Who sent it: a key's name, or `local:unverified`. */
  actor: string;
}

export interface Fact extends Proposal {
  position: number;
  /** Number of the block that it was appended in: all its facts are seen at one instant. */
  block: number;
  /** max(database clock, the previous fact's), assigned under the head lock. Shared by all facts of one block. */
  recordedAt: number;
}

/** What a caller learns, in the order of the proposals. A duplicate answers the position that it repeats. */
export interface Receipt {
  position: number;
  duplicate: boolean;
}

export interface Head {
  position: number;
  recordedAt: number;
  /** Hash of the last block; 32 zero bytes for an empty ledger. */
  hash: Buffer;
  blocks: number;
}

/** One appended batch: the unit of the chain and of folding. All its facts share one instant. */
export interface Block {
  number: number;
  firstPosition: number;
  count: number;
  recordedAt: number;
  previousHash: Buffer;
  merkleRoot: Buffer;
  hash: Buffer;
  /** The chain's format; 1 today. */
  version: number;
}

export interface Checkpoint {
  position: number;
  block: number;
  hash: string;
  at: string;
}

export type Verification =
  | { ok: true; position: number; blocks: number; checkpoints: number }
  | { ok: false; position: number; reason: string };

export interface FactFilter {
  source?: string;
  type?: string;
  key?: string;
  /** Bounds on recordedAt, epoch ms, inclusive. */
  from?: number;
  to?: number;
  /** Only positions after this one. */
  after?: number;
  limit: number;
  /** No more facts than it takes to reach so many bytes of payload. */
  maxBytes?: number;
}

/**
 * The store is away, or was for longer than a caller waits. Nothing is known to be recorded; when the connection broke while
 * a block was being committed it may have been. Sending the same again is always safe, and answers what was recorded.
 */
export class LedgerUnavailable extends Error {
  readonly code: 'ledger-unavailable' | 'ledger-clock-ahead' = 'ledger-unavailable';
}
/**
 * The store's clock is ahead of what this process believes by more than a bound, so nothing is recorded: `recordedAt` never goes
 * back, and one fact of a clock in 2099 would hold all later ones there. Goes away when the clock is set right.
 */
export class LedgerClockAhead extends LedgerUnavailable {
  override readonly code = 'ledger-clock-ahead';
  constructor(
    readonly aheadMs: number,
    readonly boundMs: number,
  ) {
    super(
      `the database's clock is ${Math.round(aheadMs / 1_000)} s ahead of this process's, and ${boundMs / 1_000} s are allowed, so nothing is recorded: ` +
        'set the clock that is wrong; where the database is right (this machine was paused, or its clock was wrong at the start), restart this service',
    );
  }
}
/** The ledger takes nothing, and waiting does not help: the message names what is wrong, and the remedy. */
export class LedgerStopped extends LedgerUnavailable {
  readonly passes = false;
}
/** The queue of waiting appends is full: answer 503 with Retry-After. */
export class LedgerBusy extends Error {
  readonly code = 'ledger-busy';
  constructor(readonly retryAfterSeconds: number) {
    super(`the ledger's queue is full; try again in ${retryAfterSeconds} s`);
  }
}
/** A proposal breaks a size limit of the ledger (payload, key, batch). */
export class LedgerLimitExceeded extends Error {
  readonly code = 'ledger-limit-exceeded';
}

/** The store's clock and this process's, compared. */
export interface ClockReading {
  /** Epoch milliseconds, by the store. */
  store: number;
  /** By how much the store's is ahead of this process's; negative where it is behind. */
  aheadMs: number;
  /** What an append would be refused with now; null where none would. */
  refusal: LedgerClockAhead | null;
}

export interface Ledger {
  /**
   * Durable when it resolves. Concurrent callers are coalesced into blocks of at most 2,000 facts, in call order. A call that
   * fits into one block is recorded whole or not at all; a larger one is split, and a failure may leave its first blocks.
   * Rejects with LedgerBusy, LedgerUnavailable (LedgerClockAhead is one) or LedgerLimitExceeded; with TypeError where a proposal breaks this contract
   * (NUL or a lone surrogate in a text, an identity that is not 32 bytes), before anything of the call is recorded.
   */
  append(proposals: readonly Proposal[]): Promise<Receipt[]>;
  /** Rejects with LedgerUnavailable where nothing can be appended now; only where what is read is kept apart from what is written. */
  reach?(): Promise<void>;
  head(): Promise<Head>;
  clock(): Promise<ClockReading>;
  /**
   * The facts after a position in order, in whole blocks: every yielded array is a complete block (or its rest after
   * `after`). Ends at the head as it was when the stream reached it.
   */
  read(after: number, options?: { upTo?: number; signal?: AbortSignal }): AsyncIterable<Fact[]>;
  /** The same in rows of bytes, for those who hand facts on; not every ledger keeps such rows. */
  rows?(after: number, options?: { upTo?: number; signal?: AbortSignal }): AsyncIterable<FactRows>;
  /**
   * The next facts after a position, whole blocks, at least one block, about `limit` facts and about 16 MiB of payload;
   * [] at the head, and only there.
   */
  page(after: number, limit: number): Promise<Fact[]>;
  /** In order of position; those that are not there are left out, and so are the last ones beyond `maxBytes` of payload. */
  at(positions: readonly number[], maxBytes?: number): Promise<Fact[]>;
  find(filter: FactFilter): Promise<Fact[]>;
  /** Calls back soon after new facts are durable (from this or another process). A hint: polling is the truth. */
  onAppended(listener: () => void): () => void;
  /** Recomputes the chain, and compares it with checkpoints kept outside. */
  verify(options?: {
    checkpoints?: readonly Checkpoint[];
    onProgress?: (position: number, head: number) => void;
  }): Promise<Verification>;
  /** The Merkle path that proves one fact's place in its block. */
  proof(
    position: number,
  ): Promise<{ fact: Fact; block: Block; leaf: Buffer; path: { hash: Buffer; left: boolean }[] } | null>;
  close(): Promise<void>;
}
