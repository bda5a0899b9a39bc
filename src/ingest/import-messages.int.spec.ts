import { freshDatabase, type TestDatabase } from '../../test/support/postgres';
import { scend } from '../domain/sources/scend';
import type { Ledger } from '../ledger/port';
import { createPostgresLedger } from '../ledger/postgres';
import { createLogger } from '../platform/logging';
import { importMessages } from './import-messages';
import { defaultIngestLimits } from './limits';
import { proposer } from './proposals';

let database: TestDatabase;
let ledger: Ledger;
beforeEach(async () => {
  database = await freshDatabase();
  ledger = await createPostgresLedger({ pool: database.pool, logger: createLogger('silent') });
});
afterEach(async () => {
  await ledger.close();
  await database.drop();
});

const settings = { name: 'scend', kind: 'scend', timeZone: 'UTC', legalEntity: 'ACME', startsAt: null };

async function run(body: string | Buffer, chunkBytes = 50) {
  async function* chunks(): AsyncGenerator<Buffer> {
    const bytes = Buffer.from(body);
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const limits = { ...defaultIngestLimits, messageBytes: 1_000, blockFacts: 3 };
  const result = await importMessages({
    chunks: chunks(),
    proposer: proposer(settings, scend, 'tester'),
    ledger,
    limits,
  });
  const facts = [];
  for await (const block of ledger.read(0)) facts.push(...block);
  return { result, facts };
}

const event = (id: number) =>
  `{"event_id":"evt-${id}","event_type":"order.cancelled","occurred_at":"2026-11-20T10:50:00Z"}`;

it('records every line in its order, each once', async () => {
  const lines = Array.from({ length: 10 }, (_, i) => event(i));
  const first = await run(`\n \n${lines.join('\n')}\n${lines[3]}\n`);
  expect(first.result).toMatchObject({
    recorded: 10,
    duplicates: 1,
    unreadable: 0,
    position: 10,
    stopped: null,
  });
  expect(first.facts.map(({ payload }) => payload)).toEqual(lines);
  const second = await run(lines.join('\n'));
  expect(second.result).toMatchObject({ recorded: 0, duplicates: 10, position: 10 });
});

it('keeps what cannot be read, byte for byte, without a name', async () => {
  const invalid = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
  const withNul = '{"a":"\0"}';
  const body = Buffer.concat([
    Buffer.from(`${event(1)}\n{"event_id":\n`),
    invalid,
    Buffer.from(`\n${withNul}\n42\n{"a":${'['.repeat(64)}${']'.repeat(64)}}\n${event(2)}`),
  ]);
  const { result, facts } = await run(body);
  expect(result).toMatchObject({ recorded: 7, unreadable: 5, stopped: null });
  expect(facts.map(({ key }) => key)).toEqual(['evt-1', null, null, null, null, null, 'evt-2']);
  expect(facts.slice(1, 5).map(({ payload }) => payload)).toEqual([
    '{"event_id":',
    invalid,
    Buffer.from(withNul),
    '42',
  ]);
  // As bytes: a text would be read again when it is folded.
  expect(facts[5]?.payload).toBeInstanceOf(Buffer);
});

it('reads an array, and keeps an element in it that cannot be read', async () => {
  const { result, facts } = await run(`\ufeff\n[${event(1)},\n{"a":x},\n${event(2)}]\n`);
  expect(result).toMatchObject({ recorded: 3, unreadable: 1, stopped: null });
  expect(facts.map(({ payload }) => payload)).toEqual([event(1), '{"a":x}', event(2)]);
});

it.each([
  [
    'a broken array',
    `[${event(1)},${event(2)} ${event(3)}]`,
    { code: 'json-invalid', place: { line: 1, column: 180 } },
  ],
  ['an array that is cut off', `[${event(1)},${event(2)}`, { code: 'json-invalid' }],
  [
    'a line beyond all limits',
    `${event(1)}\n${event(2)}\n{"a":"${'x'.repeat(1_000)}"}\n${event(3)}`,
    { code: 'message-too-large', place: { line: 3, column: 1 } },
  ],
])('stops at %s, and keeps what came before', async (_what, body, stopped) => {
  const { result, facts } = await run(body);
  expect(result).toMatchObject({ recorded: 2, position: 2, stopped });
  expect(facts.map(({ key }) => key)).toEqual(['evt-1', 'evt-2']);
});

it('reads over white space of any length, of which it looks at each byte a few times', async () => {
  const concat = jest.spyOn(Buffer, 'concat');
  const spaces = 4 * 1024 * 1024;
  const { result } = await run(`${' \n'.repeat(spaces / 2)}${event(1)}`, 64 * 1024);
  const joined = concat.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0);
  concat.mockRestore();
  expect(result).toMatchObject({ recorded: 1, stopped: null });
  expect(joined).toBeLessThan(4 * spaces);
});

it('records nothing of an empty file', async () => {
  expect((await run('')).result).toMatchObject({ recorded: 0, position: 0, stopped: null });
});
