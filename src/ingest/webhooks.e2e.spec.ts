import { createHmac } from 'node:crypto';
import { dial } from '../../test/support/dial';
import { send } from '../../test/support/http';
import { type IngestApp, startIngestApp } from '../../test/support/ingest-app';
import { type Ledger, LedgerUnavailable } from '../ledger/port';
import { SeenSignatures } from './seen-signatures';

const scendSecret = 'a scend secret';
const middlewareKey = Buffer.from('0123456789abcdef01234567');

let failAppend = false;
let app: IngestApp;
beforeAll(async () => {
  app = await startIngestApp({
    secrets: { scend: scendSecret, middleware: `whsec_${middlewareKey.toString('base64')}` },
    ledger: (real): Ledger => ({
      ...real,
      append: (proposals) =>
        failAppend ? Promise.reject(new LedgerUnavailable('away')) : real.append(proposals),
    }),
    limits: { messageBytes: 100_000 },
    // A quarter of it is for those who have not proved themselves.
    bodiesBytes: 240_000,
  });
  await app.database.pool.query(
    `INSERT INTO app.sources (name, kind, time_zone, legal_entity, webhook_secret_env)
     VALUES ('scend-2', 'scend', 'UTC', 'ACME', 'TEST_SCEND_SECRET')`,
  );
});
afterAll(() => app.close());

let serial = 0;
const body = () =>
  JSON.stringify({
    event_id: `evt-${(serial += 1)}`,
    id: `m-${serial}`,
    type: 'sync.succeeded',
    event_type: 'item.synchronised',
    occurred_at: '2026-11-18T08:10:00Z',
    at: '2026-11-18T08:10:00Z',
  });

const json = { 'content-type': 'application/json' };

function signScend(text: string, secret = scendSecret): Record<string, string> {
  return { 'x-scend-signature': createHmac('sha256', secret).update(text).digest('base64') };
}

function signMiddleware(text: string, id: string, at = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', middlewareKey).update(`${id}.${timestamp}.${text}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

const deliver = (source: string, text: string, headers: Record<string, string>) =>
  send(`${app.url}/v1/webhooks/${source}`, { headers: { ...json, ...headers }, body: text });

it('records what Scend signed; the same again is a duplicate', async () => {
  const text = body();
  const first = await deliver('scend', text, signScend(text));
  expect([first.status, first.body]).toEqual([202, expect.objectContaining({ recorded: 1, duplicates: 0 })]);
  const [fact] = await app.ledger.at([Number(first.body.position)]);
  expect(fact).toMatchObject({ payload: text, actor: 'webhook:scend' });
  const second = await deliver('scend', text, signScend(text));
  expect(second.body).toEqual({ recorded: 0, duplicates: 1, position: first.body.position });
});

it('records what the middleware signed, once', async () => {
  const text = body();
  const headers = signMiddleware(text, 'delivery-1');
  expect((await deliver('middleware', text, headers)).status).toBe(202);
  const again = await deliver('middleware', text, headers);
  expect([again.status, again.body.code]).toEqual([401, 'signature-replayed']);
  // The sender's own repeat is a new delivery of the same message.
  const repeated = await deliver('middleware', text, signMiddleware(text, 'delivery-1', Date.now() + 1_000));
  expect(repeated.body).toMatchObject({ recorded: 0, duplicates: 1 });
});

it('lets a delivery be repeated that we failed to record', async () => {
  const text = body();
  const headers = signMiddleware(text, 'delivery-2');
  failAppend = true;
  const failed = await deliver('middleware', text, headers);
  failAppend = false;
  expect([failed.status, failed.body.code, failed.headers['retry-after']]).toEqual([
    503,
    'ledger-unavailable',
    '1',
  ]);
  expect((await deliver('middleware', text, headers)).body).toMatchObject({ recorded: 1 });
});

it('forgets signatures that are too old to be used again', async () => {
  const { pool } = app.database;
  const { rows } = await pool.query<{ seconds: number }>(
    'SELECT extract(epoch FROM max(expires_at) - now())::float8 AS seconds FROM app.seen_signatures',
  );
  expect(rows[0]?.seconds).toBeGreaterThan(600);
  expect(rows[0]?.seconds).toBeLessThan(700);
});

it('forgets what a clock that was set back since has dated years ahead', async () => {
  const { pool } = app.database;
  await pool.query(
    `INSERT INTO app.seen_signatures (replay_key, expires_at) VALUES ('\\x00', now() + interval '3 years')`,
  );
  await new SeenSignatures(pool).remember('another', 300);
  const { rows } = await pool.query(
    `SELECT FROM app.seen_signatures WHERE expires_at > now() + interval '1 day'`,
  );
  expect(rows).toEqual([]);
});

it.each<[string, string, (text: string) => Record<string, string>, string]>([
  ['none', 'scend', () => ({}), 'signature-invalid'],
  ['one of another secret', 'scend', (text) => signScend(text, 'other'), 'signature-invalid'],
  ['one of another body', 'scend', () => signScend('{}'), 'signature-invalid'],
  ['one that is no base64', 'scend', () => ({ 'x-scend-signature': '!' }), 'signature-invalid'],
  ['none of three headers', 'middleware', () => ({}), 'signature-invalid'],
  ['an old one', 'middleware', (text) => signMiddleware(text, 'x', Date.now() - 301_000), 'signature-old'],
  [
    'one of the future',
    'middleware',
    (text) => signMiddleware(text, 'x', Date.now() + 302_000),
    'signature-old',
  ],
  [
    'an old one, with a new time',
    'middleware',
    (text) => ({
      ...signMiddleware(text, 'x', Date.now() - 301_000),
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
    }),
    'signature-invalid',
  ],
  ['any, where no secret is configured', 'prima', () => ({}), 'signature-invalid'],
])('refuses %s', async (_what, source, sign, code) => {
  const before = await app.ledger.head();
  const text = body();
  const answer = await deliver(source, text, sign(text));
  expect([answer.status, answer.body.code]).toEqual([401, code]);
  expect(JSON.stringify(answer.body)).not.toContain(scendSecret);
  expect(await app.ledger.head()).toEqual(before);
});

it.each<[string, (text: string) => Record<string, string>, string]>([
  ['no signature', () => ({}), '{}'],
  ['a signature of Scend', (text) => signScend(text, 'other'), '{}'],
  ['a signature of the middleware', () => signMiddleware('other', 'x'), '{}'],
  ['no body', () => ({}), ''],
  ['what is no JSON', () => ({}), '{"a":'],
  ['a long body', () => ({}), JSON.stringify({ a: 'x'.repeat(100_000) })],
])('answers a stranger with %s alike, whether there is the source or not', async (_what, sign, text) => {
  const answers = [];
  // Known, known and without a secret, of ours alone, unknown, no name at all.
  for (const name of ['scend', 'middleware', 'prima', 'tallystick', 'nobody', 'NO%20%00BODY']) {
    const { status, headers, body: problem } = await deliver(name, text, sign(text));
    const { date: _date, traceparent: _trace, ...rest } = headers;
    expect(problem.instance).toBe(`/v1/webhooks/${name}`);
    answers.push({
      status,
      headers: { ...rest, 'content-length': '' },
      problem: { ...problem, instance: '' },
    });
  }
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(JSON.stringify(answers[0])).not.toMatch(/scend|prima|middleware/);
});

it('holds no more bodies of strangers than its share of the memory, and gives it back', async () => {
  const text = body();
  const slow = await dial(app.port);
  const head = ['POST /v1/webhooks/scend HTTP/1.1', 'host: localhost', 'content-type: application/json'];
  const most = 40_000;
  slow.socket.write(`${[...head, `content-length: ${most + 1}`, '', ''].join('\r\n')}${'x'.repeat(most)}`);
  let answer = await deliver('nobody', '"'.padEnd(most, ' '), {});
  while (answer.status !== 503) answer = await deliver('nobody', '"'.padEnd(most, ' '), {});
  expect([answer.body.code, answer.headers['retry-after']]).toEqual(['bodies-busy', '1']);
  slow.socket.destroy();
  while (answer.status === 503) answer = await deliver('scend', text, signScend(text));
  expect(answer.status).toBe(202);
});

it('refuses a long body, a compressed one, and one that is signed and broken', async () => {
  const long = JSON.stringify({ a: 'x'.repeat(100_000) });
  expect((await deliver('scend', long, signScend(long))).status).toBe(413);
  expect((await deliver('scend', '{}', { 'content-encoding': 'gzip' })).status).toBe(415);
  const broken = await deliver('scend', '{"a":', signScend('{"a":'));
  expect([broken.status, broken.body.code]).toEqual([400, 'json-invalid']);
});

it('finds a source of another replica, and its secret in the environment variable that its row names', async () => {
  const text = body();
  process.env.TEST_SCEND_SECRET = 'from the environment';
  const known = await deliver('scend-2', text, signScend(text, 'from the environment'));
  delete process.env.TEST_SCEND_SECRET;
  expect([known.status, known.body.recorded]).toEqual([202, 1]);
  const unset = await deliver('scend-2', text, signScend(text, ''));
  expect([unset.status, unset.body.code]).toEqual([401, 'signature-invalid']);
});
