import { hash } from 'node:crypto';
import type { Proposal } from '../port';

/**
 * The canonical envelope, format 1: eight fields in a fixed order, each as a big-endian int32 byte length (-1 for absent)
 * followed by its bytes. That is exactly how PostgreSQL's binary COPY writes a row, so the bytes that are hashed are
 * the bytes on the wire, in both directions, without a second encoding:
 *
 *   occurredAt  int64, microseconds since 2000-01-01T00:00:00Z
 *   source, type, key, actor   UTF-8
 *   identity    32 bytes
 *   payload     UTF-8 when the payload is text, else absent
 *   payloadRaw  the bytes when it is not text, else absent
 *
 * Leaf = SHA-256(0x00 ‖ format ‖ envelope). 0x00 keeps leaves and inner nodes of the tree apart (RFC 6962).
 */
export const LEAF_FORMAT = 1;
export const LEAF_PREFIX = Buffer.from([0x00, LEAF_FORMAT]);
export const HASH_BYTES = 32;

const POSTGRES_EPOCH_MS = 946_684_800_000;
const TWO_32 = 2 ** 32;

/** An int64 field of the wire format: length 8, then the value. Exact for every safe integer. */
export function writeInt64(into: Buffer, value: number, at: number): number {
  into.writeInt32BE(8, at);
  into.writeInt32BE(Math.floor(value / TWO_32), at + 4);
  into.writeUInt32BE(value - Math.floor(value / TWO_32) * TWO_32, at + 8);
  return at + 12;
}

/** Epoch milliseconds as PostgreSQL's microseconds since 2000. Years outside 1715–2285 leave the safe integers. */
export function writeInstant(into: Buffer, epochMs: number, at: number): number {
  const micros = (epochMs - POSTGRES_EPOCH_MS) * 1000;
  if (Number.isSafeInteger(micros)) return writeInt64(into, micros, at);
  into.writeInt32BE(8, at);
  into.writeBigInt64BE(BigInt(epochMs - POSTGRES_EPOCH_MS) * 1000n, at + 4);
  return at + 12;
}

/** Reads the eight bytes of an instant, to epoch milliseconds. */
export function readInstant(from: Buffer, at: number): number {
  const high = from.readInt32BE(at);
  if (high >= -0x200000 && high < 0x200000) {
    return (high * TWO_32 + from.readUInt32BE(at + 4)) / 1000 + POSTGRES_EPOCH_MS;
  }
  return Number(from.readBigInt64BE(at) / 1000n) + POSTGRES_EPOCH_MS;
}

function writeText(into: Buffer, text: string | null, at: number): number {
  if (text === null) return into.writeInt32BE(-1, at);
  const length = into.write(text, at + 4);
  into.writeInt32BE(length, at);
  return at + 4 + length;
}

function writeBytes(into: Buffer, bytes: Uint8Array, at: number): number {
  into.writeInt32BE(bytes.length, at);
  into.set(bytes, at + 4);
  return at + 4 + bytes.length;
}

/** An upper bound of the envelope's length in bytes; cheap for short texts, exact for long payloads. */
export function envelopeBound(p: Proposal): number {
  const payload =
    typeof p.payload !== 'string'
      ? p.payload.length
      : p.payload.length > 8192
        ? Buffer.byteLength(p.payload)
        : p.payload.length * 3;
  const texts = p.source.length + (p.type?.length ?? 0) + (p.key?.length ?? 0) + p.actor.length;
  return 8 * 4 + 8 + HASH_BYTES + texts * 3 + payload;
}

/** Writes the canonical envelope; answers where it ends. `into` must have room for `envelopeBound`. */
export function writeEnvelope(into: Buffer, p: Proposal, start: number): number {
  let at = p.occurredAt === null ? into.writeInt32BE(-1, start) : writeInstant(into, p.occurredAt, start);
  at = writeText(into, p.source, at);
  at = writeText(into, p.type, at);
  at = writeText(into, p.key, at);
  at = writeText(into, p.actor, at);
  at = writeBytes(into, p.identity, at);
  if (typeof p.payload === 'string') return into.writeInt32BE(-1, writeText(into, p.payload, at));
  return writeBytes(into, p.payload, into.writeInt32BE(-1, at));
}

/** The leaf of bytes that already carry `LEAF_PREFIX` in front of the envelope. */
export function hashPrefixed(prefixedEnvelope: Uint8Array): Buffer {
  return hash('sha256', prefixedEnvelope, 'buffer');
}

/** The leaf of one proposal or fact: what a proof's reader computes. */
export function leafOf(p: Proposal): Buffer {
  const bytes = Buffer.allocUnsafe(LEAF_PREFIX.length + envelopeBound(p));
  LEAF_PREFIX.copy(bytes);
  return hashPrefixed(bytes.subarray(0, writeEnvelope(bytes, p, LEAF_PREFIX.length)));
}
