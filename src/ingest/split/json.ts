import { firstJsonError } from './first-json-error';
import { InputError } from './input-error';
import { notObject } from './read-piece';
import type { Piece, SplitLimits, Splitter } from './piece';
import { advance } from './place';
import { decodeUtf8 } from './utf8';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const BRACKET_OPEN = 91;
const BRACKET_CLOSE = 93;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;
const NEWLINE = 10;
/** First bytes of values that are no object: a string, an array, a number, true, false, null. */
const OTHER_VALUE = new Set([...'"[-0123456789tfn'].map((char) => char.charCodeAt(0)));
const MARK = [0xef, 0xbb, 0xbf];

type State = 'start' | 'value or ]' | 'value' | 'element' | ', or ]' | 'the end';

/**
 * One JSON object, or an array of them, each cut out as the bytes that were received. Finding where an object ends needs only
 * strings and brackets, so a body of any length is split in the memory of its longest element. What stands between the
 * elements is checked here, the elements themselves when they are read; both together accept exactly what JSON is.
 */
export class JsonSplitter implements Splitter {
  private state: State = 'start';
  private inArray = false;
  private line = 1;
  private column = 1;
  private bytes = 0;
  /** Of the open element. */
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private element = 0;
  private elementPlace = { line: 1, column: 1 };

  constructor(private readonly limits: Pick<SplitLimits, 'messageBytes'>) {}

  *push(chunk: Buffer): Generator<Piece> {
    let i = 0;
    while (i < chunk.length) {
      if (this.state === 'element') {
        const end = this.endOfElement(chunk, i);
        this.keep(chunk.subarray(i, end));
        i = end;
        if (this.depth === 0) yield this.finishElement();
      } else {
        i = this.between(chunk, i);
      }
    }
  }

  end(): Iterable<Piece> {
    if (this.state === 'the end') return [];
    if (this.bytes === 0) throw new InputError('body-empty', 'the body is empty', { line: 1, column: 1 });
    if (this.state === 'element') throw this.brokenElement() ?? this.unexpectedEnd();
    throw this.unexpectedEnd();
  }

  /** Handles one byte outside the elements; answers the index to go on from. */
  private between(chunk: Buffer, i: number): number {
    const byte = chunk[i] as number;
    const place = { line: this.line, column: this.column };
    const takesValue = this.state === 'start' || this.state.startsWith('value');
    if (takesValue && byte === BRACE_OPEN) {
      this.elementPlace = place;
      this.element += 1;
      this.state = 'element';
      return i;
    }
    const isMark = byte === MARK[this.bytes];
    this.bytes += 1;
    if (isMark) return i + 1;
    this.step(byte);
    if (byte === 32 || byte === 9 || byte === 13 || byte === NEWLINE) return i + 1;
    if (this.state === 'start' && byte === BRACKET_OPEN) {
      this.inArray = true;
      this.state = 'value or ]';
    } else if (this.state === ', or ]' && byte === COMMA) {
      this.state = 'value';
    } else if (this.state.endsWith('or ]') && byte === BRACKET_CLOSE) {
      this.state = 'the end';
    } else {
      throw this.unexpectedByte(byte, takesValue, place);
    }
    return i + 1;
  }

  /** The index after the element's last byte, or the chunk's end. */
  private endOfElement(chunk: Buffer, start: number): number {
    let { depth, inString, escaped, line, column } = this;
    let i = start;
    while (i < chunk.length) {
      const byte = chunk[i] as number;
      i += 1;
      if (byte === NEWLINE) {
        line += 1;
        column = 1;
      } else if ((byte & 0xc0) !== 0x80) {
        column += 1;
      }
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) {
        inString = true;
      } else if (byte === BRACE_OPEN || byte === BRACKET_OPEN) {
        depth += 1;
      } else if (byte === BRACE_CLOSE || byte === BRACKET_CLOSE) {
        depth -= 1;
        if (depth === 0) break;
      }
    }
    Object.assign(this, { depth, inString, escaped, line, column });
    return i;
  }

  private keep(part: Buffer): void {
    this.pending.push(part);
    this.pendingBytes += part.length;
    this.bytes += part.length;
    if (this.pendingBytes <= this.limits.messageBytes) return;
    const reason = `element ${this.element} has more than ${this.limits.messageBytes} bytes`;
    throw (
      this.brokenElement() ?? new InputError('message-too-large', reason, this.elementPlace, this.element)
    );
  }

  private finishElement(): Piece {
    const bytes = this.pending.length === 1 ? (this.pending[0] as Buffer) : Buffer.concat(this.pending);
    const text = decodeUtf8(bytes);
    this.pending = [];
    this.pendingBytes = 0;
    this.state = this.inArray ? ', or ]' : 'the end';
    return { text, bytes: text === null ? bytes : null, place: this.elementPlace, element: this.element };
  }

  /** A missing quote or brace makes an element run on; where it broke is what helps. Null: so far it is sound. */
  private brokenElement(): InputError | null {
    const text = Buffer.concat(this.pending).toString('utf8');
    const error = firstJsonError(text);
    if (!error || error.offset === text.length) return null;
    return new InputError(
      'json-invalid',
      error.reason,
      advance(this.elementPlace, text, error.offset),
      this.element,
    );
  }

  private unexpectedEnd(): InputError {
    const expected = this.state === 'element' ? '}' : this.state === 'start' ? 'a value' : this.state;
    const reason = `the body ends where ${expected} should come`;
    return new InputError('json-invalid', reason, { line: this.line, column: this.column });
  }

  private unexpectedByte(
    byte: number,
    takesValue: boolean,
    place: { line: number; column: number },
  ): InputError {
    if (takesValue && OTHER_VALUE.has(byte)) {
      return notObject({ text: null, bytes: null, place, element: this.element + 1 });
    }
    const expected = this.state === 'start' ? 'a JSON object or an array of them' : this.state;
    const shown =
      byte > 32 && byte < 127 ? `'${String.fromCharCode(byte)}'` : `the byte 0x${byte.toString(16)}`;
    return new InputError('json-invalid', `${shown} stands where ${expected} should`, place);
  }

  private step(byte: number): void {
    if (byte === NEWLINE) {
      this.line += 1;
      this.column = 1;
    } else if ((byte & 0xc0) !== 0x80) {
      this.column += 1;
    }
  }
}
