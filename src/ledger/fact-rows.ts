import type { Fact } from './port';
import { FactRows } from './rows';
import { envelopeBound, writeEnvelope } from './integrity/leaf';
import { writeInstant, writeInt64 } from './integrity/wire';

/** The columns of a fact's row, in the order in which `decodeFact` expects them. */
export const FACT_COLUMNS =
  'position, block, recorded_at, occurred_at, source, type, key, actor, identity, payload, payload_raw';

export const POSITION = 0;
export const BLOCK = 1;
export const RECORDED_AT = 2;
export const SOURCE = 4;
export const PAYLOAD = 9;
const COLUMN_COUNT = FACT_COLUMNS.split(',').length;

export function factRows(bare = false): FactRows {
  return new FactRows(COLUMN_COUNT, bare);
}

/** What a fold reads of a fact; `hash` is the beginning of its identity, hex. */
export type BriefFact = Pick<
  Fact,
  'position' | 'source' | 'type' | 'key' | 'occurredAt' | 'recordedAt' | 'payload'
> & { hash: string };

const BRIEF_HASH_BYTES = 6;

/** As much of the content's hash as decides between versions. */
export function briefHash(identity: Buffer): string {
  return identity.toString('hex', 0, BRIEF_HASH_BYTES);
}

/** The fact of the current row, as a fold wants it. */
export function decodeBrief(row: FactRows): BriefFact {
  const identity = row.starts[8] as number;
  return {
    position: row.int64(POSITION),
    recordedAt: row.instant(RECORDED_AT),
    occurredAt: row.isNull(3) ? null : row.instant(3),
    source: row.word(SOURCE),
    type: row.isNull(5) ? null : row.word(5),
    key: row.isNull(6) ? null : row.text(6),
    hash: row.buffer.toString('hex', identity, identity + BRIEF_HASH_BYTES),
    payload: row.isNull(PAYLOAD) ? row.bytes(10) : row.text(PAYLOAD),
  };
}

/** A row of a fact, for ledgers that do not keep rows. */
export function encodeRow(fact: Fact): Buffer {
  const bytes = Buffer.allocUnsafe(2 + 3 * 12 + envelopeBound(fact));
  let at = bytes.writeInt16BE(COLUMN_COUNT, 0);
  at = writeInt64(bytes, fact.position, at);
  at = writeInt64(bytes, fact.block, at);
  at = writeInstant(bytes, fact.recordedAt, at);
  return bytes.subarray(0, writeEnvelope(bytes, fact, at));
}

/** The fact of the current row. */
export function decodeFact(row: FactRows): Fact {
  return {
    position: row.int64(0),
    block: row.int64(1),
    recordedAt: row.instant(2),
    occurredAt: row.isNull(3) ? null : row.instant(3),
    source: row.text(4),
    type: row.isNull(5) ? null : row.text(5),
    key: row.isNull(6) ? null : row.text(6),
    actor: row.text(7),
    identity: row.bytes(8),
    payload: row.isNull(9) ? row.bytes(10) : row.text(9),
  };
}
