import { once } from 'node:events';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type Sending, send } from '../../test/support/http';
import { type IngestApp, startIngestApp } from '../../test/support/ingest-app';

const JSON_LIMIT = 2 * 1024 * 1024;
const NDJSON_LIMIT = 40 * 1024 * 1024;
const MESSAGES = 100_000;
const json = { 'content-type': 'application/json' };
const ndjson = { 'content-type': 'application/x-ndjson' };

let app: IngestApp;
beforeAll(async () => {
  app = await startIngestApp({
    limits: {
      jsonBytes: JSON_LIMIT,
      ndjsonBytes: NDJSON_LIMIT,
      messageBytes: 1_500_000,
      memoryBytes: 256 * 1024,
      messages: MESSAGES,
      idleMs: 1_000,
    },
  });
});
afterAll(() => app.close());

let serial = 0;
const event = (more: object = {}) => ({
  event_id: `evt-${(serial += 1)}`,
  event_type: 'item.synchronised',
  occurred_at: '2026-11-18T08:10:00Z',
  client_id: 'ACME',
  warehouse: 'UK1',
  sku: '563843898',
  base_uom: 'EA',
  ...more,
});
const post = (body: Sending['body'], headers: Record<string, string> = json, source = 'scend') =>
  send(`${app.url}/v1/sources/${source}/facts`, { headers, body });
const position = async () => (await app.ledger.head()).position;

/** Sends what must be refused, and proves that nothing of it was recorded. */
async function refused(body: Sending['body'], headers?: Record<string, string>, source?: string) {
  const before = await position();
  const answer = await post(body, headers, source);
  expect(await position()).toBe(before);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.body.status).toBe(answer.status);
  return answer;
}

describe('what is recorded', () => {
  it('one object, with exactly its bytes', async () => {
    const text = `{"event_id":"exact-1", "event_type" : "item.synchronised","occurred_at":"2026-11-18T08:10:00Z","n":1.10}`;
    const answer = await post(` ${text}\n`);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ recorded: 1, duplicates: 0, position: await position() });
    const [fact] = await app.ledger.at([await position()]);
    expect(fact).toMatchObject({
      source: 'scend',
      type: 'item.synchronised',
      key: 'exact-1',
      occurredAt: Date.parse('2026-11-18T08:10:00Z'),
      payload: text,
      actor: 'local:unverified',
    });
  });

  it('an array and NDJSON; what was there already counts as a duplicate and gives its position', async () => {
    const events = [event(), event(), event()];
    const first = await post(JSON.stringify(events));
    expect(first.body).toMatchObject({ recorded: 3, duplicates: 0 });
    const more = [...events, event()].map((item) => JSON.stringify(item)).join('\r\n');
    const second = await post(more, ndjson);
    expect(second.body).toEqual({ recorded: 1, duplicates: 3, position: Number(first.body.position) + 1 });
    const third = await post(JSON.stringify(events[0]));
    expect(third.body).toEqual({ recorded: 0, duplicates: 1, position: Number(first.body.position) - 2 });
  });

  it('nothing, of an empty array', async () => {
    const before = await position();
    const answer = await post('[]');
    expect([answer.status, answer.body]).toEqual([202, { recorded: 0, duplicates: 0, position: 0 }]);
    expect(await position()).toBe(before);
  });

  it('a body that comes compressed', async () => {
    const answer = await post(gzipSync(JSON.stringify([event(), event()])), {
      ...json,
      'content-encoding': 'gzip',
    });
    expect([answer.status, answer.body.recorded]).toEqual([202, 2]);
  });

  it('more than memory may hold, whatever the format, in its order', async () => {
    const events = Array.from({ length: 5_000 }, () => event());
    const lines = await post(events.map((item) => JSON.stringify(item)).join('\n'), ndjson);
    expect(lines.body).toMatchObject({ recorded: 5_000, duplicates: 0 });
    const array = await post(JSON.stringify(events));
    expect(array.body).toEqual({ recorded: 0, duplicates: 5_000, position: lines.body.position });
    const last = await app.ledger.at([Number(lines.body.position)]);
    expect(last[0]?.key).toBe(events.at(-1)?.event_id);
  });

  it('30 MB of NDJSON in bounded memory', async () => {
    const filler = 'x'.repeat(1_000);
    async function* lines(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 28; i++) {
        yield Buffer.from(
          Array.from({ length: 1_000 }, () => `${JSON.stringify(event({ filler }))}\n`).join(''),
        );
      }
    }
    let peak = 0;
    const rss = process.memoryUsage().rss;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss - rss)), 20);
    const answer = await post(lines(), ndjson);
    clearInterval(watch);
    expect([answer.status, answer.body.recorded]).toEqual([202, 28_000]);
    // Blocks under way, their copies in the writer, and what the collector has not yet taken back; not the body and its parse.
    expect(peak).toBeLessThan(250 * 1024 * 1024);
  });
});

describe('what is strange and recorded', () => {
  const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;
  const order = (more: object) => ({
    documentType: 'SalesOrder',
    salesOrderNo: `SO${(serial += 1)}`,
    externalRef: null,
    currency: 'EUR',
    orderedAt: '2026-11-20T09:40:00Z',
    status: 'pending_fulfilment',
    version: 1,
    modifiedAt: '2026-11-20T09:40:01Z',
    lines: [],
    totals: { net: '0', tax: '0', gross: '0' },
    ...more,
  });
  const line = (lineNo: number, more: object = {}) => ({
    lineNo,
    itemCode: 'A',
    quantity: '1',
    uom: 'EA',
    net: '1.00',
    ...more,
  });

  it.each<[string, string, string | object]>([
    ['a clock before 2000', 'scend', event({ occurred_at: '1999-12-31T23:59:59Z' })],
    ['a clock far in the future', 'scend', event({ occurred_at: '9999-12-31T23:59:59Z' })],
    ['a clock that is none', 'scend', event({ occurred_at: 'yesterday' })],
    ['a clock beyond all calendars', 'scend', event({ occurred_at: '+275760-09-13T00:00:00Z' })],
    [
      'more decimals than the currency has',
      'prima',
      order({ totals: { net: '1.001', tax: '0', gross: '1.001' } }),
    ],
    [
      'more than 15 digits',
      'scend',
      JSON.stringify(event()).replace(/}$/, ',"sequence":12345678901234567890}'),
    ],
    ['1e999', 'scend', JSON.stringify(event()).replace(/}$/, ',"delta":1e999}')],
    ['negative quantities', 'prima', order({ lines: [line(1, { quantity: '-1' })] })],
    ['10,000 lines', 'prima', order({ lines: Array.from({ length: 10_000 }, (_, i) => line(i + 1)) })],
    ['the same line twice', 'prima', order({ lines: [line(1), line(1)] })],
    ['a string of 1 MB', 'scend', event({ comment: 'x'.repeat(1024 * 1024) })],
    ['64 levels', 'scend', event({ deep: nested(63) })],
    ['__proto__ as a name', 'scend', JSON.stringify(event()).replace(/}$/, ',"__proto__":{"sku":"x"}}')],
    ['__proto__ as a key', 'scend', event({ event_id: '__proto__' })],
    ['NUL in a key', 'scend', event({ event_id: 'a\0b' })],
    ['half a surrogate pair in a key', 'scend', event({ event_id: `a\ud800${serial}` })],
    ['a key of 10,000 characters', 'scend', event({ event_id: 'k'.repeat(10_000) })],
    ['a type of 10,000 characters', 'scend', event({ event_type: 't'.repeat(10_000) })],
    ['a key that is a number', 'scend', event({ event_id: 7 })],
    ['no lines at all', 'prima', order({ lines: [] })],
    ['an empty object', 'scend', `{ }`],
    ['a name twice', 'scend', JSON.stringify(event()).replace(/}$/, ',"sku":"2"}')],
  ])('%s', async (_what, source, message) => {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const answer = await post(text, json, source);
    expect([answer.status, answer.body]).toEqual([
      202,
      { recorded: 1, duplicates: 0, position: await position() },
    ]);
    const [fact] = await app.ledger.at([await position()]);
    expect(fact?.payload).toBe(text.trim());
  });
});

describe('what is refused', () => {
  it.each<[string, string | Buffer, Record<string, string>, object]>([
    ['broken JSON', '[{"a":1},\n{"b":x}]', json, { code: 'json-invalid', line: 2, column: 6, element: 2 }],
    [
      'broken UTF-8',
      Buffer.from('{"a":"\xff"}', 'latin1'),
      json,
      { code: 'utf8-invalid', line: 1, column: 7 },
    ],
    ['a raw NUL', '{"a":"\0"}', json, { code: 'json-invalid', line: 1, column: 7 }],
    ['a body that is cut off', '[{"a":1}', json, { code: 'json-invalid', line: 1, column: 9 }],
    ['a number', '7', json, { code: 'message-not-object', line: 1, column: 1 }],
    [
      '65 levels',
      `{"a":${'['.repeat(64)}${']'.repeat(64)}}`,
      json,
      { code: 'json-too-deep', line: 1, column: 69 },
    ],
    ['a million levels', '['.repeat(1_000_000), json, { code: 'message-not-object' }],
    [
      'a broken line',
      `${JSON.stringify(event())}\n{"a":\n`,
      ndjson,
      { code: 'json-invalid', line: 2, column: 6, element: 2 },
    ],
    ['a line that is no object', '{}\n\n[]\n', ndjson, { code: 'message-not-object', line: 3, column: 1 }],
    ['an empty body', '', json, { code: 'body-empty' }],
    ['an empty body of lines', '', ndjson, { code: 'body-empty' }],
    ['what is not gzip', 'gzip?', { ...json, 'content-encoding': 'gzip' }, { code: 'encoding-invalid' }],
    [
      'gzip that is cut off',
      gzipSync('{"a":1}').subarray(0, -9),
      { ...json, 'content-encoding': 'gzip' },
      { code: 'encoding-invalid' },
    ],
  ])('%s', async (_what, body, headers, problem) => {
    const answer = await refused(body, headers);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject(problem);
  });

  it('an error far behind the bound of memory, with its line', async () => {
    const lines = Array.from({ length: 4_000 }, () => JSON.stringify(event()));
    const answer = await refused([...lines, '{"a":1', ...lines].join('\n'), ndjson);
    expect(answer.body).toMatchObject({ code: 'json-invalid', line: 4_001, column: 7, element: 4_001 });
  });

  it('content types and encodings that nobody reads', async () => {
    const answers = [
      await refused('a;b', { 'content-type': 'text/csv' }),
      await refused('{}', { 'content-type': 'text/plain' }),
      await refused('{}', {}),
      await refused('{}', { 'content-type': 'application/json; charset=utf-16' }),
      await refused('{}', { ...json, 'content-encoding': 'br' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([415, 415, 415, 415, 415]);
    expect(answers[0]?.body.detail).toMatch(/CSV/);
  });

  it('an unknown source, naming those there are; and our own', async () => {
    const known = ['middleware', 'prima', 'scend'];
    expect((await refused('{}', json, 'sap')).body).toMatchObject({
      status: 404,
      code: 'source-unknown',
      known,
    });
    expect((await refused('{}', json, 'tallystick')).body).toMatchObject({
      status: 404,
      code: 'source-unknown',
    });
  });

  it('bodies beyond the limits, declared or not, compressed or not', async () => {
    const long = JSON.stringify([event({ a: 'x'.repeat(1_000_000) }), event({ a: 'x'.repeat(1_100_000) })]);
    async function* undeclared(): AsyncGenerator<Buffer> {
      yield Buffer.from(long);
    }
    const answers = [
      await refused(long),
      await refused(undeclared()),
      await refused(gzipSync(long), { ...json, 'content-encoding': 'gzip' }),
    ];
    for (const { status, body } of answers) {
      expect([status, body.code, body.limit]).toEqual([413, 'body-too-large', JSON_LIMIT]);
      expect(body.detail).toMatch(/TALLYSTICK_MAX_JSON_BYTES/);
    }
  });

  it('a bomb: 100 MB of lines in 100 kB', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, `{"a":"${'x'.repeat(5_000)}"}\n`));
    const answer = await refused(bomb, { ...ndjson, 'content-encoding': 'gzip' });
    expect([answer.status, answer.body.code]).toEqual([413, 'body-too-large']);
  });

  it('6 kB of gzip that are two million messages, and 1 MB that is a gibibyte of line ends', async () => {
    const before = process.memoryUsage.rss();
    // Compressed data may come in several parts, one after another.
    const lineEnds = Buffer.alloc(1024 * 1024, gzipSync(Buffer.alloc(16 * 1024 * 1024, '\n')));
    const messages = gzipSync(Buffer.alloc(6_000_000, '{}\n'));
    expect(messages.length).toBeLessThan(7_000);
    const many = await refused(messages, { ...ndjson, 'content-encoding': 'gzip' });
    expect(many.body).toMatchObject({ status: 413, code: 'too-many-messages' });
    for (const headers of [json, ndjson]) {
      const answer = await refused(lineEnds, { ...headers, 'content-encoding': 'gzip' });
      expect(answer.body).toMatchObject({ status: 413, code: 'body-too-large' });
    }
    const lines = await refused(lineEnds, { ...ndjson, 'content-encoding': 'gzip' });
    expect(lines.body).toMatchObject({ ratio: 100 });
    expect(lines.body.detail).toMatch(/TALLYSTICK_MAX_COMPRESSION_RATIO/);
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 1024 * 1024);
  });

  it('more messages than a request may bring, with the place of the first', async () => {
    const lines = await refused(Buffer.alloc(6_000_000, '{}\n'), ndjson);
    expect(lines.body).toMatchObject({
      status: 413,
      code: 'too-many-messages',
      line: MESSAGES + 1,
      element: MESSAGES + 1,
    });
    expect(lines.body.detail).toMatch(/TALLYSTICK_MAX_MESSAGES/);
    const array = await refused(`[${'{},'.repeat(MESSAGES)}{}]`);
    expect(array.body).toMatchObject({ status: 413, code: 'too-many-messages', element: MESSAGES + 1 });
  });

  it('a message beyond its limit, with its line', async () => {
    const answer = await refused(`{}\n{"a":"${'x'.repeat(1_600_000)}"}\n`, ndjson);
    expect(answer.body).toMatchObject({ status: 413, code: 'message-too-large', line: 2 });
    expect(answer.body.detail).toMatch(/TALLYSTICK_MAX_MESSAGE_BYTES/);
  });

  it('a client that falls silent', async () => {
    const sent = request(`${app.url}/v1/sources/scend/facts`, {
      method: 'POST',
      headers: json,
      agent: false,
    });
    sent.write('[{"a":1},');
    const [response] = (await once(sent, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(408);
    sent.destroy();
  }, 20_000);

  it('a client that goes away in the middle, in memory or on disk', async () => {
    const before = await position();
    for (const lines of [10, 3_000]) {
      const sent = request(`${app.url}/v1/sources/scend/facts`, {
        method: 'POST',
        headers: ndjson,
        agent: false,
      });
      const gone = new Promise((resolve) => sent.once('close', resolve));
      sent.once('error', () => undefined);
      sent.write(Array.from({ length: lines }, () => `${JSON.stringify(event())}\n`).join(''), () =>
        sent.destroy(),
      );
      await gone;
    }
    // A later request on the same server is answered after the broken ones were noticed.
    expect((await post('[]')).status).toBe(202);
    expect(await position()).toBe(before);
  });

  it('paths and methods that do not exist', async () => {
    const missing = await send(`${app.url}/v1/nothing`, { method: 'GET' });
    expect([missing.status, missing.body.code]).toEqual([404, 'not-found']);
    expect(missing.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });
});
