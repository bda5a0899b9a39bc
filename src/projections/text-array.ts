/** A `text[]` in PostgreSQL's binary format: long texts go to the server as they are, and nothing in them is escaped or parsed. */

const HEAD_BYTES = 20;
const TEXT = 25;
/** In place of a length. */
const NULL = -1;

/** One dimension from 1. A Buffer is sent as binary by the driver. */
export function textArray(texts: readonly (string | null)[]): Buffer {
  let size = HEAD_BYTES;
  for (const text of texts) size += 4 + (text === null ? 0 : Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(texts.includes(null) ? 1 : 0, 4);
  bytes.writeInt32BE(TEXT, 8);
  bytes.writeInt32BE(texts.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = HEAD_BYTES;
  for (const text of texts) {
    const length = text === null ? NULL : bytes.write(text, at + 4);
    bytes.writeInt32BE(length, at);
    at += 4 + Math.max(0, length);
  }
  return bytes;
}
