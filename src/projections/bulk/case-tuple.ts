/** A case as a tuple of PostgreSQL's binary COPY: written once, where it rests, and sent as it is. Nothing in it is escaped. */
import type { CaseRow } from '../rows';

/** Signature, no flags, no extension. */
export const COPY_HEAD = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
export const COPY_END = Buffer.from([0xff, 0xff]);

const COLUMNS = 10;
const TWO_COLUMNS = Buffer.from([0, 2]);
/** In place of a length. */
const NULL = -1;
const TEXT = 25;
const BIGINT = 20;
/** Of an array before its elements: its length in bytes, dimensions, flags, type, size, lower bound. */
const ARRAY_HEAD = 24;
const TWO_32 = 2 ** 32;
/** Below this a loop over ASCII is quicker than a call. */
const SHORT = 64;

/** Room that is enough for the tuple. */
export function mostBytes({ key, kind, subject, refs, looks, facts, state, rare, acts }: CaseRow): number {
  let chars = key.length + kind.length + subject.length + state.length + (rare?.length ?? 0) + acts.length;
  for (const ref of refs) chars += ref.length;
  for (const look of looks) chars += look.length;
  const lengths = 2 + 4 * (COLUMNS + 1) + 3 * ARRAY_HEAD + 4 * (refs.length + looks.length);
  return lengths + 12 * facts.length + 3 * chars;
}

/** Columns in the table's order. Returns where the tuple ends. */
export function writeTuple(bytes: Buffer, start: number, row: CaseRow): number {
  let at = bytes.writeInt16BE(COLUMNS, start);
  at = writeText(bytes, at, row.key);
  at = writeText(bytes, at, row.kind);
  at = writeText(bytes, at, row.subject);
  at = writeTexts(bytes, at, row.refs);
  at = writeTexts(bytes, at, row.looks);
  at = writeBigints(bytes, at, row.facts);
  at = writeInt32(bytes, writeInt32(bytes, at, 4), row.chunks);
  at = writeText(bytes, at, row.state);
  at = row.rare === null ? writeInt32(bytes, at, NULL) : writeText(bytes, at, row.rare);
  return writeText(bytes, at, row.acts);
}

/** An element of an array of texts as it stands in a tuple; no text can hold the zero bytes of its length. */
export function elementBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(4 + 3 * text.length);
  return bytes.subarray(0, writeText(bytes, 0, text));
}

function writeInt32(bytes: Buffer, at: number, value: number): number {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}

function writeText(bytes: Buffer, at: number, text: string): number {
  const start = at + 4;
  const length = (text.length <= SHORT ? writeAscii(bytes, start, text) : null) ?? bytes.write(text, start);
  writeInt32(bytes, at, length);
  return start + length;
}

/** Null where a character is not ASCII. */
function writeAscii(bytes: Buffer, at: number, text: string): number | null {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return null;
    bytes[at + i] = code;
  }
  return text.length;
}

function writeTexts(bytes: Buffer, at: number, texts: readonly string[]): number {
  let end = arrayHead(bytes, at, TEXT, texts.length);
  for (const text of texts) end = writeText(bytes, end, text);
  writeInt32(bytes, at, end - at - 4);
  return end;
}

function writeBigints(bytes: Buffer, at: number, numbers: readonly number[]): number {
  let end = arrayHead(bytes, at, BIGINT, numbers.length);
  for (const number of numbers) {
    end = writeInt32(bytes, end, 8);
    end = writeInt32(bytes, end, Math.floor(number / TWO_32));
    end = writeInt32(bytes, end, number | 0);
  }
  writeInt32(bytes, at, end - at - 4);
  return end;
}

/** After the length, which is known at the end. An empty array has no dimension. */
function arrayHead(bytes: Buffer, at: number, type: number, size: number): number {
  let end = writeInt32(bytes, at + 4, size === 0 ? 0 : 1);
  end = writeInt32(bytes, end, 0);
  end = writeInt32(bytes, end, type);
  if (size === 0) return end;
  end = writeInt32(bytes, end, size);
  return writeInt32(bytes, end, 1);
}

function sizeOf(bytes: Buffer, array: number): number {
  return bytes.readInt32BE(array + 4) === 0 ? 0 : bytes.readInt32BE(array + 16);
}

/**
 * Of the case that `writeTuple` wrote at `start`, a tuple (reference, key) for each of its references. An element of an array
 * and a column are written alike: a length and bytes.
 */
export function refTuples(bytes: Buffer, start: number): Buffer[] {
  const after = (field: number): number => field + 4 + bytes.readInt32BE(field);
  const key = start + 2;
  const kind = after(key);
  const refs = after(after(kind));
  const size = sizeOf(bytes, refs);
  const tuples: Buffer[] = [];
  for (let i = 0, ref = refs + ARRAY_HEAD; i < size; i++, ref = after(ref))
    tuples.push(TWO_COLUMNS, bytes.subarray(ref, after(ref)), bytes.subarray(key, kind));
  return tuples;
}

/** The case that `writeTuple` wrote at `start`. */
export function readTuple(bytes: Buffer, start: number): CaseRow {
  let at = start + 2;
  const text = (): string => {
    const from = at + 4;
    at = from + bytes.readInt32BE(at);
    return bytes.toString('utf8', from, at);
  };
  const elements = <T>(read: () => T): T[] => {
    const size = sizeOf(bytes, at);
    at += size === 0 ? ARRAY_HEAD - 8 : ARRAY_HEAD;
    return Array.from({ length: size }, read);
  };
  const bigint = (): number => {
    at += 12;
    return bytes.readInt32BE(at - 8) * TWO_32 + bytes.readUInt32BE(at - 4);
  };
  const [key, kind, subject] = [text(), text(), text()];
  const [refs, looks, facts] = [elements(text), elements(text), elements(bigint)];
  at += 8;
  const chunks = bytes.readInt32BE(at - 4);
  const state = text();
  const isNull = bytes.readInt32BE(at) === NULL;
  if (isNull) at += 4;
  return {
    key,
    kind,
    subject,
    refs,
    looks,
    facts,
    chunks,
    state,
    rare: isNull ? null : text(),
    acts: text(),
  };
}
