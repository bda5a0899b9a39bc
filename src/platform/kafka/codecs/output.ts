import { mostBytes, tooLong } from './limit';

/** Bytes that are written once, and copied from what was written before. */
export class Output {
  private buffer = Buffer.allocUnsafe(64 * 1024);
  private readonly limit: number;
  length = 0;

  /** @param compressed how many bytes it will be made from */
  constructor(compressed: number) {
    this.limit = mostBytes(compressed);
  }

  literal(from: Buffer, at: number, length: number): void {
    if (at + length > from.length) throw new RangeError('compressed data ends early');
    this.reserve(length);
    from.copy(this.buffer, this.length, at, at + length);
    this.length += length;
  }

  /** What lies `offset` before the end, which may reach into what is being written. @param first nothing before is seen */
  copy(offset: number, length: number, first: number): void {
    const from = this.length - offset;
    if (offset === 0 || from < first) throw new RangeError('compressed data refers to what is not there');
    this.reserve(length);
    for (let i = 0; i < length; i++) this.buffer[this.length + i] = this.buffer[from + i] as number;
    this.length += length;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed > this.limit) throw tooLong(this.limit);
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
