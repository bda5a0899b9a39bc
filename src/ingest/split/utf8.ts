import { isUtf8 } from 'node:buffer';

/** The bytes as text; null when they are not UTF-8. Lossless: a byte order mark stays. */
export function decodeUtf8(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

/**
 * Index of the byte that begins the first sequence that is not UTF-8; -1 where there is none. Only asked when `isUtf8` said
 * no, so it is written for the reader. The bounds of the second byte are those of the Unicode standard, table 3-7.
 */
export function firstUtf8Error(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i] as number;
    const length =
      lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || i + length > bytes.length) return i;
    if (length > 1 && !isSecond(lead, bytes[i + 1] as number)) return i;
    for (let k = 2; k < length; k++) if (!isContinuation(bytes[i + k] as number)) return i;
    i += length;
  }
  return -1;
}

/** Refuses overlong forms, surrogates, and what lies beyond U+10FFFF. */
function isSecond(lead: number, byte: number): boolean {
  if (lead === 0xe0) return byte >= 0xa0 && byte <= 0xbf;
  if (lead === 0xed) return byte >= 0x80 && byte <= 0x9f;
  if (lead === 0xf0) return byte >= 0x90 && byte <= 0xbf;
  if (lead === 0xf4) return byte >= 0x80 && byte <= 0x8f;
  return isContinuation(byte);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
