import { readInstant } from './integrity/wire';

const SIGNATURE_BYTES = 19;
const TWO_32 = 2 ** 32;
const EMPTY = Buffer.alloc(0);
const MOST_WORDS = 32;

/**
 * Cuts PostgreSQL's binary COPY format into rows. Chunks may end anywhere. A row is handed out as offsets into the chunk
 * (`starts`, and `lengths` with -1 for NULL) and is valid until the next call: what is kept must be copied.
 */
export class FactRows {
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  buffer: Buffer = EMPTY;
  private at = 0;
  private headerSeen = false;
  private readonly words: string[][] = [];
  private parts: Buffer[] = [];
  private partBytes = 0;
  /** Bytes from the row's start without which asking again is pointless. */
  private needed = 0;

  /** Where the current row begins in `buffer`, and where it ends. */
  start = 0;
  end = 0;

  /** `bare`: rows without the stream's header, as `FactRows` cuts them. */
  constructor(
    private readonly columns: number,
    bare = false,
  ) {
    this.starts = new Int32Array(columns);
    this.lengths = new Int32Array(columns);
    this.headerSeen = bare;
  }

  /** Chunks are only joined once the row that they are parts of can be complete: a large payload comes in many. */
  push(chunk: Buffer): void {
    this.parts.push(chunk);
    this.partBytes += chunk.length;
    const rest = this.buffer.length - this.at;
    if (rest + this.partBytes < this.needed) return;
    if (rest > 0) this.parts.unshift(this.buffer.subarray(this.at));
    this.buffer = this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
    this.parts = [];
    this.partBytes = 0;
    this.needed = 0;
    this.at = 0;
  }

  /** Moves to the next row; false where the rest of it has not come yet, or the end was reached. */
  next(): boolean {
    const { buffer } = this;
    if (!this.headerSeen) {
      if (buffer.length < SIGNATURE_BYTES) return false;
      this.headerSeen = true;
      this.at = SIGNATURE_BYTES;
    }
    let at = this.at;
    if (at + 2 > buffer.length) return false;
    const count = buffer.readInt16BE(at);
    if (count === -1) return false;
    if (count !== this.columns)
      throw new Error(`a row of ${count} columns came where ${this.columns} were asked`);
    at += 2;
    for (let column = 0; column < count; column += 1) {
      if (at + 4 > buffer.length) return false;
      const length = buffer.readInt32BE(at);
      at += 4;
      this.starts[column] = at;
      this.lengths[column] = length;
      if (length > 0) at += length;
    }
    if (at > buffer.length) {
      this.needed = at - this.at;
      return false;
    }
    this.start = this.at;
    this.end = this.at = at;
    return true;
  }

  int64(column: number): number {
    const start = this.starts[column] as number;
    return this.buffer.readInt32BE(start) * TWO_32 + this.buffer.readUInt32BE(start + 4);
  }

  isNull(column: number): boolean {
    return this.lengths[column] === -1;
  }

  instant(column: number): number {
    return readInstant(this.buffer, this.starts[column] as number);
  }

  text(column: number): string {
    const start = this.starts[column] as number;
    return this.buffer.toString('utf8', start, start + (this.lengths[column] as number));
  }

  /** The same for a column with few values: a value that was read before is found by its bytes and not made anew. */
  word(column: number): string {
    const start = this.starts[column] as number;
    const length = this.lengths[column] as number;
    const words = (this.words[column] ??= []);
    for (const word of words) if (word.length === length && this.spells(word, start)) return word;
    const word = this.text(column);
    // Only ASCII is as long in characters as in bytes.
    if (words.length < MOST_WORDS && word.length === length) words.push(word);
    return word;
  }

  private spells(word: string, start: number): boolean {
    for (let i = word.length - 1; i >= 0; i--)
      if (this.buffer[start + i] !== word.charCodeAt(i)) return false;
    return true;
  }

  /** A copy, so that a kept fact does not keep the whole chunk that it came in. */
  bytes(column: number): Buffer {
    const start = this.starts[column] as number;
    return Buffer.from(this.buffer.subarray(start, start + (this.lengths[column] as number)));
  }
}
