import { HASH_BYTES, LEAF_PREFIX, envelopeBound, hashPrefixed, writeEnvelope } from '../integrity/leaf';
import type { Proposal } from '../port';

/**
 * One fact, encoded and hashed before any lock is taken. `row` is the row in PostgreSQL's binary COPY format; only the first
 * three fields (position, block, recorded_at) are still open, at fixed places, until the head is locked.
 */
export interface PreparedFact {
  row: Buffer;
  identity: Buffer;
  /** The identity as a text, for maps. */
  identityKey: string;
}

/** The order in which rows are written. Envelope fields stand together, so that the leaf is a hash of a slice. */
export const COPY_COLUMNS =
  'position, block, recorded_at, occurred_at, source, type, key, actor, identity, payload, payload_raw, leaf';
const COLUMN_COUNT = 12;
const OPEN_FIELDS = 3;
const ENVELOPE_AT = 2 + OPEN_FIELDS * 12;
const LEAF_FIELD = 4 + HASH_BYTES;
const SLAB_BYTES = 256 * 1024;

let slab = Buffer.allocUnsafe(SLAB_BYTES);
let used = 0;

/** Room for one row. Small rows share slabs: one allocation of a quarter of a megabyte costs less than 500 small ones. */
function reserve(bytes: number): { into: Buffer; at: number } {
  if (bytes > SLAB_BYTES / 4) return { into: Buffer.allocUnsafeSlow(bytes), at: 0 };
  if (used + bytes > SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    used = 0;
  }
  return { into: slab, at: used };
}

/** Encodes and hashes a proposal, which must have passed `assertProposal`. */
export function prepare(proposal: Proposal): PreparedFact {
  const { into, at } = reserve(ENVELOPE_AT + envelopeBound(proposal) + LEAF_FIELD);
  const envelopeAt = at + ENVELOPE_AT;
  // The end of the still open fields lends its place to the leaf's prefix, so that nothing is copied to be hashed.
  const prefixAt = envelopeAt - LEAF_PREFIX.length;
  LEAF_PREFIX.copy(into, prefixAt);
  const envelopeEnd = writeEnvelope(into, proposal, envelopeAt);
  const leaf = hashPrefixed(into.subarray(prefixAt, envelopeEnd));
  into.writeInt32BE(HASH_BYTES, envelopeEnd);
  leaf.copy(into, envelopeEnd + 4);
  const end = envelopeEnd + LEAF_FIELD;
  into.writeInt16BE(COLUMN_COUNT, at);
  if (into === slab) used = end;
  return {
    row: into.subarray(at, end),
    identity: proposal.identity,
    identityKey: proposal.identity.toString('latin1'),
  };
}

export function leafOfPrepared(fact: PreparedFact): Buffer {
  return fact.row.subarray(fact.row.length - HASH_BYTES);
}

/** Fills in what the head lock has decided. Each of the three is an eight-byte field as the wire has it. */
export function fillOpenFields(
  fact: PreparedFact,
  position: Buffer,
  block: Buffer,
  recordedAt: Buffer,
): void {
  position.copy(fact.row, 2);
  block.copy(fact.row, 2 + 12);
  recordedAt.copy(fact.row, 2 + 24);
}

/** The nine fields after the open ones, each as its length and bytes: also the form of an array's element. */
export function closedFields(fact: PreparedFact): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = ENVELOPE_AT; at < fact.row.length;) {
    const length = fact.row.readInt32BE(at);
    const end = at + 4 + Math.max(0, length);
    fields.push(fact.row.subarray(at, end));
    at = end;
  }
  return fields;
}
