import fc from 'fast-check';
import { readJson } from '../../domain/sources/json';
import { InputError } from './input-error';
import { JsonSplitter } from './json';
import { NdjsonSplitter } from './ndjson';
import type { Piece, Splitter } from './piece';
import { readPiece } from './read-piece';

const limits = { messageBytes: 100_000, depth: 64 };

/** The messages of a body that comes in chunks of these lengths, over and over. */
function* split(
  splitter: Splitter,
  body: Buffer,
  lengths: readonly number[] = [body.length || 1],
): Generator<Piece> {
  for (let at = 0, k = 0; at < body.length; k++) {
    const length = lengths[k % lengths.length] ?? 1;
    yield* splitter.push(body.subarray(at, at + length));
    at += length;
  }
  yield* splitter.end();
}

function read(splitter: Splitter, body: Buffer, lengths?: readonly number[]) {
  const values: object[] = [];
  try {
    for (const piece of split(splitter, body, lengths)) values.push(readPiece(piece, limits));
    return { values };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { code: error.code, ...error.place };
  }
}

const json = (text: string, lengths?: readonly number[]) =>
  read(new JsonSplitter(limits), Buffer.from(text), lengths);
const ndjson = (text: string, lengths?: readonly number[]) =>
  read(new NdjsonSplitter(limits), Buffer.from(text), lengths);

const object = fc.dictionary(
  fc.string({ unit: 'grapheme' }),
  fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }),
  { maxKeys: 4 },
);
const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 });
const chunking = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const written = (value: object) => JSON.stringify(value);

describe('a JSON array', () => {
  const spacedArray = fc.array(fc.tuple(space, object, space)).map((items) => ({
    slices: items.map(([, value]) => written(value)),
    text: `[${items.map(([before, value, after]) => before + written(value) + after).join(',')}]`,
  }));

  it('is cut into exactly the bytes of its elements, in whatever chunks it comes', () => {
    fc.assert(
      fc.property(spacedArray, space, space, chunking, ({ slices, text }, before, after, lengths) => {
        const pieces = [...split(new JsonSplitter(limits), Buffer.from(before + text + after), lengths)];
        expect(pieces.map((piece) => piece.text)).toEqual(slices);
        expect(pieces.map((piece) => readPiece(piece, limits))).toEqual(slices.map(readJson));
      }),
    );
  });

  it('is accepted exactly when it is JSON and all its elements are objects', () => {
    const edited = fc
      .tuple(
        spacedArray,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom('', ...'{}[]",:\\ 1x')), { maxLength: 2 }),
      )
      .map(([{ text }, edits]) =>
        edits.reduce((now, [at, char]) => {
          const i = at % (now.length + 1);
          return now.slice(0, i) + char + now.slice(i + 1);
        }, text),
      );
    fc.assert(
      fc.property(edited, chunking, (text, lengths) => {
        expect('values' in json(text, lengths)).toBe(isMessages(text));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('NDJSON', () => {
  const lines = fc.array(
    fc.tuple(fc.constantFrom('', ' ', '\t'), object, fc.constantFrom('\n', '\r\n', ' \n', '\n\n', '\n\r\n')),
  );

  it('is cut into exactly the bytes of its lines, in whatever chunks it comes', () => {
    fc.assert(
      fc.property(lines, chunking, fc.boolean(), (items, lengths, unfinished) => {
        const whole = items.map(([before, value, after]) => before + written(value) + after).join('');
        const text = unfinished ? whole.trimEnd() : whole;
        const pieces = [...split(new NdjsonSplitter(limits), Buffer.from(text), lengths)];
        expect(pieces.map((piece) => piece.text)).toEqual(items.map(([, value]) => written(value)));
      }),
    );
  });

  it('keeps sound lines apart from one whose bytes are not UTF-8', () => {
    const body = Buffer.concat([
      Buffer.from('{"a":"é"}\n{"b":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}\r\n{"c":1}\n'),
    ]);
    const pieces = [...split(new NdjsonSplitter(limits), body, [7])];
    expect(pieces.map(({ text, bytes }) => text ?? bytes?.toString('latin1'))).toEqual([
      '{"a":"é"}',
      '{"b":"\u00c3("}',
      '{"c":1}',
    ]);
    expect(read(new NdjsonSplitter(limits), body)).toEqual({ code: 'utf8-invalid', line: 2, column: 7 });
  });
});

it('finds the same error at the same place in whatever chunks a body comes', () => {
  const body = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ \n1é'), maxLength: 60 });
  fc.assert(
    fc.property(body, chunking, (text, lengths) => {
      expect(json(text, lengths)).toEqual(json(text));
      expect(ndjson(text, lengths)).toEqual(ndjson(text));
    }),
    { numRuns: 1_000 },
  );
});

const deep = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

it.each([
  ['', { code: 'body-empty', line: 1, column: 1 }],
  [' \n ', { code: 'json-invalid', line: 2, column: 2 }],
  ['[]', { values: [] }],
  ['\ufeff[{"a":1}]', { values: [{ a: 1 }] }],
  ['\ufeff', { code: 'json-invalid', line: 1, column: 1 }],
  ['{"a":1}\n', { values: [{ a: 1 }] }],
  ['{"a":1} {"b":2}', { code: 'json-invalid', line: 1, column: 9 }],
  ['[{"a":1}\n{"b":2}]', { code: 'json-invalid', line: 2, column: 1 }],
  ['[{"a":1},]', { code: 'json-invalid', line: 1, column: 10 }],
  ['[{"a":1}', { code: 'json-invalid', line: 1, column: 9 }],
  ['[,]', { code: 'json-invalid', line: 1, column: 2 }],
  ['[{"a":"é😀", x}]', { code: 'json-invalid', line: 1, column: 13 }],
  ['[{"a":1,\n {"b":2}]', { code: 'json-invalid', line: 2, column: 2 }],
  ['[{"a":"1}]', { code: 'json-invalid', line: 1, column: 11 }],
  ['[{"a":1}, 7]', { code: 'message-not-object', line: 1, column: 11 }],
  ['"text"', { code: 'message-not-object', line: 1, column: 1 }],
  ['[[{"a":1}]]', { code: 'message-not-object', line: 1, column: 2 }],
  ['<a/>', { code: 'json-invalid', line: 1, column: 1 }],
  [`[${deep(64)}]`, { values: [JSON.parse(deep(64))] }],
  [`[\n${deep(65)}]`, { code: 'json-too-deep', line: 2, column: 69 }],
  [`[{"a":"${'x'.repeat(100_001)}"}]`, { code: 'message-too-large', line: 1, column: 2 }],
])('JSON body %#', (text, expected) => {
  expect(json(text)).toEqual(expected);
});

it.each([
  ['', { values: [] }],
  ['\n\r\n', { values: [] }],
  ['\ufeff{"a":1}\n', { values: [{ a: 1 }] }],
  ['{"a":1}\n\n  {"b":}\n', { code: 'json-invalid', line: 3, column: 8 }],
  ['{"a":1}\n[1]\n', { code: 'message-not-object', line: 2, column: 1 }],
  ['{"a":1} {"b":2}\n', { code: 'json-invalid', line: 1, column: 9 }],
  ['{"a":\n1}\n', { code: 'json-invalid', line: 1, column: 6 }],
  [`{}\n{}\n${deep(65)}`, { code: 'json-too-deep', line: 3, column: 69 }],
  [`{}\n{"a":"${'x'.repeat(100_001)}"}\n`, { code: 'message-too-large', line: 2, column: 1 }],
  [`{}\n{"a":"${'x'.repeat(100_001)}`, { code: 'message-too-large', line: 2, column: 1 }],
])('NDJSON body %#', (text, expected) => {
  expect(ndjson(text)).toEqual(expected);
});

it('does not let a brace in a string, or a thousand flat ones, pass for depth', () => {
  const flat = { text: '{['.repeat(100), list: Array.from({ length: 1000 }, () => ({})) };
  expect(json(JSON.stringify(flat))).toEqual({ values: [flat] });
});

function isMessages(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
