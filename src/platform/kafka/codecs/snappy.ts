import { Output } from './output';

/** What Java's library writes before the blocks: eight bytes of name, two numbers of version. */
const JAVA_MAGIC = Buffer.from('82534e4150505900', 'hex');
const JAVA_HEADER_BYTES = 16;

/** Undoes Snappy: the plain format, or the blocks with their lengths in which Java's producers write it. */
export function fromSnappy(input: Buffer): Buffer {
  const output = new Output(input.length);
  if (!input.subarray(0, JAVA_MAGIC.length).equals(JAVA_MAGIC)) {
    block(input, output);
    return output.bytes();
  }
  for (let at = JAVA_HEADER_BYTES; at < input.length;) {
    const end = at + 4 + input.readUInt32BE(at);
    if (end > input.length) throw new RangeError('a block of Snappy ends early');
    block(input.subarray(at + 4, end), output);
    at = end;
  }
  return output.bytes();
}

function block(input: Buffer, output: Output): void {
  let at = 0;
  // The length of what comes out, seven bits a byte; it comes out anyway.
  while (input.readUInt8(at++) >= 0x80);
  const start = output.length;
  while (at < input.length) {
    const tag = input.readUInt8(at++);
    if ((tag & 3) === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const bytes = length - 59;
        length = input.readUIntLE(at, bytes);
        at += bytes;
      }
      output.literal(input, at, length + 1);
      at += length + 1;
    } else {
      const [length, offset, bytes] = copyOf(tag, input, at);
      output.copy(offset, length, start);
      at += bytes;
    }
  }
}

function copyOf(tag: number, input: Buffer, at: number): [length: number, offset: number, bytes: number] {
  if ((tag & 3) === 1) return [((tag >> 2) & 7) + 4, ((tag >> 5) << 8) | input.readUInt8(at), 1];
  if ((tag & 3) === 2) return [(tag >> 2) + 1, input.readUInt16LE(at), 2];
  return [(tag >> 2) + 1, input.readUInt32LE(at), 4];
}
