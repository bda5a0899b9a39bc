import { NEWEST_INSTANT, OLDEST_INSTANT } from '../domain/facts/instant';
import { LedgerLimitExceeded } from './port';
import type { Proposal } from './port';

/** Bounds that every adapter keeps. Lengths of texts are in UTF-16 units, as the port counts characters. */
export interface LedgerLimits {
  payloadBytes: number;
  sourceLength: number;
  typeLength: number;
  keyLength: number;
  actorLength: number;
  /** Facts in one call of `append`. */
  batchFacts: number;
  /** Facts in one block: what one Merkle tree covers and one instant is shared by. */
  blockFacts: number;
  /** Payload bytes after which a block is closed; a single larger fact is a block of its own. */
  blockBytes: number;
  /** Facts and payload bytes that may wait; beyond them callers get `LedgerBusy`. */
  queueFacts: number;
  queueBytes: number;
  /** How long a caller waits in all, whatever the store does, before it gets `LedgerUnavailable`, in milliseconds. */
  maxWaitMs: number;
  /** By how much the store's clock may be ahead of this process's, in milliseconds. */
  clockAheadMs: number;
}

export const defaultLimits: LedgerLimits = {
  payloadBytes: 16 * 1024 * 1024,
  sourceLength: 200,
  typeLength: 200,
  keyLength: 500,
  actorLength: 200,
  batchFacts: 100_000,
  blockFacts: 2_000,
  blockBytes: 8 * 1024 * 1024,
  queueFacts: 20_000,
  queueBytes: 128 * 1024 * 1024,
  maxWaitMs: 10_000,
  clockAheadMs: 300_000,
};

const IDENTITY_BYTES = 32;

function tooLong(what: string, length: number, limit: number, unit: string): LedgerLimitExceeded {
  return new LedgerLimitExceeded(`${what} has ${length} ${unit}; at most ${limit} are recorded`);
}

/** PostgreSQL keeps neither in a text. The caller sends such bytes as a Buffer, or replaces them in a name. */
function assertStorable(what: string, text: string): void {
  if (text.includes('\0')) throw new TypeError(`${what} contains NUL`);
  if (!text.isWellFormed()) throw new TypeError(`${what} contains a lone surrogate`);
}

function assertName(what: string, text: string, limit: number): void {
  if (text.length > limit) throw tooLong(what, text.length, limit, 'characters');
  assertStorable(what, text);
}

/** The payload's length in bytes. A text is only measured exactly where its length could matter. */
function payloadBytes(payload: string | Buffer, limit: number): number {
  if (typeof payload !== 'string') return payload.length;
  return payload.length * 3 <= limit ? payload.length : Buffer.byteLength(payload);
}

/**
 * Throws `LedgerLimitExceeded` where a proposal is too large, and `TypeError` where the caller broke the port's contract.
 */
export function assertProposal(p: Proposal, limits: LedgerLimits): void {
  assertName('the source', p.source, limits.sourceLength);
  assertName('the actor', p.actor, limits.actorLength);
  if (p.type !== null) assertName('the type', p.type, limits.typeLength);
  if (p.key !== null) assertName('the key', p.key, limits.keyLength);
  if (p.identity.length !== IDENTITY_BYTES) throw new TypeError('an identity has 32 bytes');
  if (p.occurredAt !== null) {
    if (!Number.isInteger(p.occurredAt)) throw new TypeError('occurredAt is in whole milliseconds');
    if (p.occurredAt < OLDEST_INSTANT || p.occurredAt > NEWEST_INSTANT) {
      throw new LedgerLimitExceeded('occurredAt lies outside the years 1 to 9999');
    }
  }
  const bytes = payloadBytes(p.payload, limits.payloadBytes);
  if (bytes > limits.payloadBytes) throw tooLong('the payload', bytes, limits.payloadBytes, 'bytes');
  if (typeof p.payload === 'string') assertStorable('the payload', p.payload);
}
