import type { LedgerLimits } from '../limits';
import type { Ledger } from '../port';

/** One empty store, and ways to be unkind to it. */
export interface LedgerHarness {
  /** Another instance on the same store, as another process would have it. */
  open(limits?: Partial<LedgerLimits>): Promise<Ledger>;
  tamper: Tamper;
  network: Network;
  close(): Promise<void>;
}

/** Changes underneath the ledger, by somebody who may do everything in the store but knows no checkpoint. */
export interface Tamper {
  /** Other bytes at a position, the leaf left as it was. */
  changePayload(position: number): Promise<void>;
  /** Other bytes at a position, and a leaf that fits them. */
  changePayloadAndLeaf(position: number): Promise<void>;
  remove(position: number): Promise<void>;
  /** A fact after the last one, without a block. */
  insertAfterHead(): Promise<void>;
  /** Two facts change places, each with its own leaf. */
  swap(a: number, b: number): Promise<void>;
  /** Facts and blocks after a block's end are cut off. */
  truncateAfterBlock(block: number): Promise<void>;
  /** Other bytes at a position, and every leaf, root and hash recomputed. */
  rewriteFrom(position: number): Promise<void>;
  /** Other recordedAt for one block and its facts. */
  redate(block: number): Promise<void>;
}

/** What lies between the instances and the store. */
export interface Network {
  /** The next write reaches the store and takes effect; the connection breaks before the answer comes. */
  loseNextAnswer(): void;
  /** The next write never reaches the store; the connection breaks instead. */
  loseNextRequest(): void;
  /** No connection works until `up`. */
  down(): void;
  up(): void;
}
