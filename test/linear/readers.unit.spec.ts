/** Whatever a system sends, what is done with it grows no faster than it does. */
import { type Held, type Slot, put } from '../../src/domain/cases/held';
import { parseDecimal } from '../../src/domain/exact';
import { parseInstant } from '../../src/domain/facts/instant';
import { isPrintable } from '../../src/domain/facts/printable';
import { readProse } from '../../src/domain/sources/read';
import { readJson } from '../../src/domain/sources/json';
import { refuseRepeats } from '../../src/domain/sources/unreadable';
import { kindFor } from '../../src/domain/sources/registry';
import { defaultIngestLimits } from '../../src/ingest/limits';
import { proposer } from '../../src/ingest/proposals';
import { readRecord } from '../../src/ingest/kafka/read-record';
import { tooDeepAt } from '../../src/ingest/split/depth';
import { firstJsonError } from '../../src/ingest/split/first-json-error';
import { JsonSplitter } from '../../src/ingest/split/json';
import { NdjsonSplitter } from '../../src/ingest/split/ndjson';
import type { Splitter } from '../../src/ingest/split/piece';
import { readPiece } from '../../src/ingest/split/read-piece';
import { firstUtf8Error } from '../../src/ingest/split/utf8';
import { fromLz4 } from '../../src/platform/kafka/codecs/lz4';
import { fromSnappy } from '../../src/platform/kafka/codecs/snappy';
import { StepCounter } from '../support/counted-steps';

const SIZES = [1_000, 2_000, 4_000, 8_000];
/** Doubled input may take this much more: lists that grow are copied now and then. Squares take four times. */
const MOST_GROWTH = 2.6;

/** Regular expressions that may be given a text of any length: each looks at a character at most some 20 times. */
const LINEAR = new Set([
  '/(?:^|[:,[\\s])-?\\d(?:[\\d.]{15}|[\\d.]{0,14}[eE])/',
  '/-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?/y',
  // Of lossless-json: anchored, and what may follow a repeat is no digit.
  '/^-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?$/',
  '/[ \\t\\n\\r]*/y',
  '/-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?/y',
  '/true|false|null/y',
  '/\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})/y',
]);

const counter = new StepCounter();
beforeAll(() => counter.start());
afterAll(() => counter.stop());

/** Whether it is read or refused does not matter here. */
function tried(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Texts of about n characters that somebody may send to do harm. */
const hostile: Readonly<Record<string, (n: number) => string>> = {
  'a number of zeros before a one': (n) => `{"a":0.${'0'.repeat(n)}1}`,
  'a number of zeros': (n) => `{"a":1${'0'.repeat(n)}}`,
  'a number of nines': (n) => `{"a":[${'9'.repeat(n)}e5]}`,
  'many numbers of 16 digits': (n) => `{"a":[${'1234567890123456,'.repeat(n / 17)}0]}`,
  'points and digits that are no number': (n) => `{"a":"${'1.'.repeat(n / 2)}"}`,
  'colons and digits in a text': (n) => `{"a":"${':12345678901234'.repeat(n / 15)}","b":1e5}`,
  backslashes: (n) => `{"a":"${'\\\\'.repeat(n / 2)}"}`,
  'quotes that are escaped': (n) => `{"a":"${'\\"'.repeat(n / 2)}`,
  'a text that never ends': (n) => `{"a":"${'x'.repeat(n)}`,
  brackets: (n) => '['.repeat(n),
  'braces that are names': (n) => `${'{"a":'.repeat(n / 5)}1`,
  'flat brackets': (n) => `{"a":[${'[],'.repeat(n / 3)}[]]}`,
  'many names': (n) => `{${Array.from({ length: n / 8 }, (_, i) => `"${i + 10_000}":1`).join()}}`,
  'one name again and again': (n) => `{${'"a":{},'.repeat(n / 7)}"a":1e5}`,
  'white space': (n) => `${' '.repeat(n)}{}`,
  'white space after a comma': (n) => `{"a":1,${' '.repeat(n)}"b":1e5,}`,
  'line ends': (n) => '\n'.repeat(n),
  'carriage returns': (n) => '\r\n'.repeat(n / 2),
  'empty messages': (n) => '{}\n'.repeat(n / 3),
  'half surrogates': (n) => `{"a":"${'\ud800'.repeat(n)}"}`,
  signs: (n) => `[${'-'.repeat(n)}1]`,
};

function split(splitter: Splitter, body: Buffer, chunkBytes: number): void {
  for (let at = 0; at < body.length; at += chunkBytes) {
    for (const piece of splitter.push(body.subarray(at, at + chunkBytes)))
      readPiece(piece, defaultIngestLimits);
  }
  for (const piece of splitter.end()) readPiece(piece, defaultIngestLimits);
}

const scend = {
  name: 'scend',
  kind: 'scend',
  timeZone: 'Europe/London',
  legalEntity: 'ACME',
  startsAt: null,
};
const kind = kindFor(scend);
if (!kind) throw new Error('there is no kind scend');
const scendProposer = proposer(scend, kind, 'tester');
const { messageBytes } = defaultIngestLimits;

/** Everything that reads what somebody else wrote. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  readJson,
  firstJsonError,
  'the depth of brackets': (text) => tooDeepAt(text, 64),
  'the first byte that is no UTF-8': (text) => firstUtf8Error(Buffer.from(`${text}\xff`, 'latin1')),
  'a JSON body in long chunks': (text) =>
    split(new JsonSplitter({ messageBytes }), Buffer.from(text), 65_536),
  'a JSON array in short chunks': (text) =>
    split(new JsonSplitter({ messageBytes }), Buffer.from(`[${text},`), 100),
  'lines in long chunks': (text) => split(new NdjsonSplitter({ messageBytes }), Buffer.from(text), 65_536),
  'lines in short chunks': (text) => split(new NdjsonSplitter({ messageBytes }), Buffer.from(text), 100),
  'a message beyond its limit': (text) =>
    split(new JsonSplitter({ messageBytes: text.length - 10 }), Buffer.from(text), 1_000),
  'a record from Kafka': (text) =>
    readRecord(
      { key: null, value: Buffer.from(text), offset: '0' },
      't/0/0',
      scendProposer,
      defaultIngestLimits,
    ),
  'an envelope and its identity': (text) => {
    const message = `{"event_id":"e","event_type":"order.cancelled","occurred_at":"2026-11-20T10:50:00Z","x":${text.trim() || 0}}`;
    return scendProposer.message(message, readJson(message) as object);
  },
  'a translation': (text) => {
    const message = `{"event_id":"e","event_type":"order.cancelled","occurred_at":"2026-11-20T10:50:00Z","order_no":${text.trim() || 0}}`;
    return kind.translate(readJson(message), scend);
  },
  'a decimal': (text) => parseDecimal(text.slice(7), 2),
  'an instant': (text) => parseInstant(`2026-11-20T10:50:00.${text.slice(7)}`),
  'a code': (text) => isPrintable(text),
  prose: (text) => readProse(text),
};

async function assertLinear(input: (n: number) => string, read: (text: string) => unknown): Promise<void> {
  const counts: number[] = [];
  for (const n of SIZES) {
    const text = input(n);
    const { steps, patterns } = await counter.count(() => tried(() => read(text)));
    counts.push(steps);
    expect([...patterns].filter((pattern) => !LINEAR.has(pattern))).toEqual([]);
  }
  assertGrowth(counts);
}

function assertGrowth(counts: readonly number[]): void {
  for (let i = 1; i < counts.length; i++)
    expect(counts[i] ?? 0).toBeLessThanOrEqual((counts[i - 1] ?? 0) * MOST_GROWTH + 200);
}

it('finds the repeat at the end of a long list', async () => {
  const repeated = (text: string) =>
    refuseRepeats('lines', [...Array(text.length).keys(), 0], (line) => Math.max(1, line));
  await assertLinear((n) => ' '.repeat(n), repeated);
});

it.each([
  [
    'Snappy',
    fromSnappy,
    (n: number) => Buffer.concat([Buffer.from([0, 0, 97]), Buffer.alloc(n, Buffer.from([0xfe, 1, 0]))]),
  ],
  ['LZ4', fromLz4, lz4Of],
] as const)('unfolds %s', async (_name, decode, bytes) => {
  await assertLinear(
    (n) => bytes(n - (n % 3)).toString('latin1'),
    (text) => decode(Buffer.from(text, 'latin1')),
  );
});

/** A frame of one block: a literal, and a copy whose length is told by as many bytes as there are. */
function lz4Of(n: number): Buffer {
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0]);
  const block = Buffer.concat([Buffer.from([0x1f, 0x61, 1, 0]), Buffer.alloc(n, 255), Buffer.from([0])]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  return Buffer.concat([head, size, block, Buffer.alloc(4)]);
}

it('compares each version of a document with as many as are kept', async () => {
  const versions = (n: number) =>
    Array.from({ length: n }, (_, fact): Held<unknown> => {
      const hash = String((fact * 7_919) % n).padStart(6, '0');
      return { key: 'books/X/1', fact, rev: 1, at: 1, hash, value: { status: hash } };
    });
  const counts: number[] = [];
  for (const n of [100, 200, 400, 800]) {
    const all = versions(n);
    counts.push((await counter.count(() => all.reduce<Slot<unknown>>(put, []))).steps);
  }
  assertGrowth(counts);
});

describe.each(Object.keys(readers))('%s', (reader) => {
  it.each(Object.keys(hostile))('given %s', async (text) => {
    await assertLinear(hostile[text] as (n: number) => string, readers[reader] as (text: string) => unknown);
  });
});
