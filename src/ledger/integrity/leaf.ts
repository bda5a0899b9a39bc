import { hash } from 'node:crypto';
import type { Proposal } from '../port';
import { writeInstant } from './wire';

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
