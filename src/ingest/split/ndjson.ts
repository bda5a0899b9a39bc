import { InputError } from './input-error';
import type { Piece, SplitLimits, Splitter } from './piece';
import { decodeUtf8 } from './utf8';

const NEWLINE = 10;
const MARK = '\ufeff';

/** One message a line. Blank lines are skipped, CRLF is fine, a byte order mark may begin the first line. */
export class NdjsonSplitter implements Splitter {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private line = 1;
  private element = 0;

  constructor(private readonly limits: Pick<SplitLimits, 'messageBytes'>) {}

  push(chunk: Buffer): Piece[] {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    const pieces = end === 0 ? [] : this.cut(this.take(chunk.subarray(0, end)));
    this.keep(chunk.subarray(end));
    return pieces;
  }

  end(): Piece[] {
    return this.cut(this.take(Buffer.alloc(0)));
  }

  private keep(rest: Buffer): void {
    if (rest.length === 0) return;
    this.pending.push(rest);
    this.pendingBytes += rest.length;
    this.assertLength(this.pendingBytes);
  }

  private take(chunk: Buffer): Buffer {
    const whole = this.pendingBytes === 0 ? chunk : Buffer.concat([...this.pending, chunk]);
    this.pending = [];
    this.pendingBytes = 0;
    return whole;
  }

  /** Decoding many lines at once, and cutting the text, is twice as fast as decoding line by line. */
  private cut(lines: Buffer): Piece[] {
    const pieces: Piece[] = [];
    const text = decodeUtf8(lines);
    if (text === null) {
      this.cutBytes(lines, pieces);
      return pieces;
    }
    for (let start = 0; start < text.length; this.line += 1) {
      const newline = text.indexOf('\n', start);
      const end = newline === -1 ? text.length : newline;
      this.addText(text, start, end, pieces);
      start = end + 1;
    }
    return pieces;
  }

  private cutBytes(lines: Buffer, pieces: Piece[]): void {
    for (let start = 0; start < lines.length; this.line += 1) {
      const newline = lines.indexOf(NEWLINE, start);
      const end = newline === -1 ? lines.length : newline;
      const line = lines.subarray(start, end);
      const text = decodeUtf8(line);
      if (text === null) this.addBytes(line, pieces);
      else this.addText(text, 0, text.length, pieces);
      start = end + 1;
    }
  }

  private addText(text: string, lineStart: number, lineEnd: number, pieces: Piece[]): void {
    const first = this.line === 1 && text.startsWith(MARK, lineStart) ? lineStart + 1 : lineStart;
    let start = first;
    let end = lineEnd;
    while (start < end && isSpace(text.charCodeAt(start))) start += 1;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
    if (start === end) return;
    const line = text.slice(start, end);
    // Three bytes are the most that one UTF-16 unit takes, so that only long lines are measured.
    if (line.length * 3 > this.limits.messageBytes) this.assertLength(Buffer.byteLength(line));
    this.element += 1;
    const place = { line: this.line, column: start - first + 1 };
    pieces.push({ text: line, bytes: null, place, element: this.element });
  }

  private addBytes(line: Buffer, pieces: Piece[]): void {
    const bytes = line.at(-1) === 13 ? line.subarray(0, -1) : line;
    this.assertLength(bytes.length);
    this.element += 1;
    pieces.push({ text: null, bytes, place: { line: this.line, column: 1 }, element: this.element });
  }

  private assertLength(bytes: number): void {
    const { messageBytes } = this.limits;
    if (bytes <= messageBytes) return;
    const reason = `the line has more than ${messageBytes} bytes`;
    throw new InputError('message-too-large', reason, { line: this.line, column: 1 }, this.element + 1);
  }
}

/** White space of JSON, without the newline, which cannot be here. */
function isSpace(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 13;
}
