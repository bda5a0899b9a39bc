import { hash } from 'node:crypto';
import type { KeyConfig } from '../../src/platform/config';
import { type Sending, send } from '../support/http';
import { type IngestApp, startIngestApp } from '../support/ingest-app';

const token = (name: string) => `token-of-${name}`;
const key = (name: string, role: KeyConfig['role'], sources: string[] | null = null): KeyConfig => ({
  name,
  role,
  sources,
  sha256: hash('sha256', token(name), 'hex'),
});

let app: IngestApp;
const post = (headers: Record<string, string>, source = 'scend', more: Sending = {}) =>
  send(`${app.url}/v1/sources/${source}/facts`, {
    headers: { 'content-type': 'application/json', ...headers },
    body: '[]',
    ...more,
  });

describe('with keys', () => {
  beforeAll(async () => {
    app = await startIngestApp({
      keys: [
        key('reading', 'reader'),
        key('sending', 'ingest'),
        key('scend-only', 'ingest', ['scend']),
        key('operating', 'operator'),
        key('ruling', 'admin'),
      ],
    });
  });
  afterAll(() => app.close());

  it.each([
    ['reading', 'scend', 403, 'role-required'],
    ['sending', 'scend', 202, undefined],
    ['sending', 'prima', 202, undefined],
    ['scend-only', 'scend', 202, undefined],
    ['scend-only', 'prima', 403, 'source-not-allowed'],
    ['operating', 'scend', 403, 'role-required'],
    ['ruling', 'prima', 202, undefined],
    ['nobody', 'scend', 401, 'key-unknown'],
  ])('%s sends to %s: %d', async (name, source, status, code) => {
    const answer = await post({ authorization: `Bearer ${token(name)}` }, source);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('asks for a key, and says how', async () => {
    const none = await post({});
    expect([none.status, none.body.code, none.headers['www-authenticate']]).toEqual([
      401,
      'key-required',
      'Bearer realm="tallystick"',
    ]);
    for (const authorization of ['Basic abc', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(5_000)}`]) {
      expect((await post({ authorization })).status).toBe(401);
    }
  });

  it('records the name of the key', async () => {
    const body = JSON.stringify({
      event_id: 'evt-1',
      event_type: 'item.synchronised',
      occurred_at: '2026-11-18T08:10:00Z',
    });
    const answer = await post({ authorization: `Bearer ${token('sending')}` }, 'scend', { body });
    const [fact] = await app.ledger.at([Number(answer.body.position)]);
    expect(fact?.actor).toBe('sending');
  });

  it('reads over the body of a stranger and still answers', async () => {
    const answer = await post({}, 'scend', { body: 'x'.repeat(5 * 1024 * 1024) });
    expect(answer.status).toBe(401);
  });

  it('does not tell a key without the right of a source whether the source exists', async () => {
    const answer = await post({ authorization: `Bearer ${token('scend-only')}` }, 'nothing');
    expect([answer.status, answer.body.code]).toEqual([403, 'source-not-allowed']);
  });
});

describe('without keys', () => {
  beforeAll(async () => {
    app = await startIngestApp();
  });
  afterAll(() => app.close());

  it.each([
    ['localhost:7420', 202],
    ['127.0.0.1', 202],
    ['127.8.9.10:80', 202],
    ['[::1]:7420', 202],
    ['tallystick.localhost:7420', 202],
    ['attacker.example', 403],
    ['127.0.0.1.attacker.example', 403],
    ['localhost.attacker.example:7420', 403],
  ])('a request for the host %s: %d', async (host, status) => {
    expect((await post({ host })).status).toBe(status);
  });

  it.each([
    ['http://localhost:3000', 202],
    ['http://127.0.0.1', 202],
    ['https://attacker.example', 403],
    ['null', 403],
  ])('a page of %s: %d', async (origin, status) => {
    expect((await post({ origin })).status).toBe(status);
  });

  it('does not care for a token that nobody asked for', async () => {
    expect((await post({ authorization: 'Bearer anything' })).status).toBe(202);
  });
});
