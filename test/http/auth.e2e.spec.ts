import { hash } from 'node:crypto';
import type { KeyConfig } from '../../src/platform/config';
import { dial } from '../support/dial';
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
        { ...key('lapsed', 'admin'), expiresAt: Date.parse('2020-01-01T00:00:00Z') },
        { ...key('lasting', 'ingest'), expiresAt: Date.parse('9999-01-01T00:00:00Z') },
        key('leaving', 'ingest'),
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
    ['lapsed', 'scend', 401, 'key-expired'],
    ['lasting', 'scend', 202, undefined],
  ])('%s sends to %s: %d', async (name, source, status, code) => {
    const answer = await post({ authorization: `Bearer ${token(name)}` }, source);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('lets a key in no more that is revoked while it serves', async () => {
    const headers = { authorization: `Bearer ${token('leaving')}` };
    expect((await post(headers)).status).toBe(202);
    await app.database.pool.query('INSERT INTO app.revoked_keys (sha256, name) VALUES ($1, $2)', [
      hash('sha256', token('leaving'), 'buffer'),
      'leaving',
    ]);
    // Each look that has not seen it yet answers 202; the test ends with the first that has.
    let answer = await post(headers);
    while (answer.status === 202) answer = await post(headers);
    expect([answer.status, answer.body.code]).toEqual([401, 'key-revoked']);
    expect((await post({ authorization: `Bearer ${token('sending')}` })).status).toBe(202);
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

  const head = (...more: string[]) =>
    ['POST /v1/sources/scend/facts HTTP/1.1', 'host: localhost', 'content-length: 2', ...more, '', ''].join(
      '\r\n',
    );

  it('answers a stranger before a byte of the body has come', async () => {
    const client = await dial(app.port);
    client.socket.write(head('content-type: application/json'));
    expect(await client.heard(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 401 /);
    client.socket.destroy();
  });

  it('asks for the body only of whom it lets in', async () => {
    const expecting = ['content-type: application/json', 'expect: 100-continue'];
    const stranger = await dial(app.port);
    stranger.socket.write(head(...expecting));
    expect(await stranger.heard(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 401 /);
    stranger.socket.destroy();
    const known = await dial(app.port);
    known.socket.write(head(...expecting, `authorization: Bearer ${token('sending')}`));
    expect(await known.heard(/\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    known.socket.write('[]');
    expect(await known.heard(/"recorded":0/)).toContain('HTTP/1.1 202 Accepted');
    known.socket.destroy();
  });

  it('serves whoever has a key while 1,100 connections send a byte now and then', async () => {
    const slow = await Promise.all(Array.from({ length: 1_100 }, () => dial(app.port)));
    for (const { socket } of slow) if (!socket.destroyed) socket.write('P');
    expect((await post({ authorization: `Bearer ${token('sending')}` })).status).toBe(202);
    // Those that were there first made room.
    await slow[0]?.ended;
    expect(slow.at(-1)?.socket.destroyed).toBe(false);
    const open = await new Promise<number>((resolve, reject) =>
      app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
    expect(open).toBeLessThanOrEqual(1_024);
    for (const { socket } of slow) socket.destroy();
    await Promise.all(slow.map(({ ended }) => ended));
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
    ['http://localhost:7420', 202],
    ['http://LOCALHOST:7420', 202],
    ['http://localhost:3000', 403],
    ['http://localhost', 403],
    ['https://localhost:7420', 403],
    ['http://127.0.0.1:7420', 403],
    ['https://attacker.example', 403],
    ['http://localhost:7420@attacker.example', 403],
    ['null', 403],
    ['', 403],
  ])('a page of %j writes to localhost:7420: %d', async (origin, status) => {
    for (const contentType of ['application/json', 'text/plain']) {
      const answer = await post({ origin, host: 'localhost:7420', 'content-type': contentType });
      // A body that a page may send without asking first is no JSON, wherever it comes from.
      expect(answer.status).toBe(contentType === 'text/plain' && status === 202 ? 415 : status);
    }
  });

  it.each([
    ['same-origin', 202],
    ['none', 202],
    ['same-site', 403],
    ['cross-site', 403],
  ])('a write that the browser calls %s: %d', async (site, status) => {
    expect((await post({ 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' })).status).toBe(status);
  });

  it('does not care for a token that nobody asked for', async () => {
    expect((await post({ authorization: 'Bearer anything' })).status).toBe(202);
  });
});
