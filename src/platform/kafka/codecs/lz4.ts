import { Output } from './output';

const MAGIC = 0x184d2204;
const HAS_BLOCK_SUMS = 0x10;
const HAS_SIZE = 0x08;
const HAS_DICTIONARY = 0x01;
const STORED = 0x80000000;
const LEAST_MATCH = 4;

/** Undoes a frame of LZ4. Its checksums are left alone: the broker's own covers the whole batch. */
export function fromLz4(input: Buffer): Buffer {
  if (input.readUInt32LE(0) !== MAGIC) throw new RangeError('this is no frame of LZ4');
  const flags = input.readUInt8(4);
  if (flags & HAS_DICTIONARY) throw new RangeError('a frame of LZ4 that needs a dictionary cannot be read');
  const output = new Output(input.length);
  let at = 7 + (flags & HAS_SIZE ? 8 : 0);
  for (;;) {
    const size = input.readUInt32LE(at);
    at += 4;
    if (size === 0) return output.bytes();
    const end = at + (size & ~STORED);
    if (end > input.length) throw new RangeError('a block of LZ4 ends early');
    if (size >= STORED) output.literal(input, at, end - at);
    else block(input.subarray(at, end), output);
    at = end + (flags & HAS_BLOCK_SUMS ? 4 : 0);
  }
}

function block(input: Buffer, output: Output): void {
  let at = 0;
  /** Fifteen says that more follows, up to a byte that is not 255. */
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (let byte = 255; byte === 255;) {
      byte = input.readUInt8(at++);
      length += byte;
    }
    return length;
  };
  while (at < input.length) {
    const token = input.readUInt8(at++);
    const literals = lengthFrom(token >> 4);
    output.literal(input, at, literals);
    at += literals;
    if (at >= input.length) return;
    const offset = input.readUInt16LE(at);
    at += 2;
    output.copy(offset, lengthFrom(token & 15) + LEAST_MATCH, 0);
  }
}
