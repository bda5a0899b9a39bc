import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Service, source, startService } from '../../test/api/service';
import { settled } from '../../test/support/settled';
import { customer, hour, item, rejected, salesOrder, synchronised } from '../../test/api/story';
import { rootFromPath } from '../ledger/integrity/merkle';
import { VerifyLedger, VerifyLedgerHandler } from './ledger/verify-ledger';

describe('the application', () => {
  let service: Service;
  let last: number;

  beforeAll(async () => {
    service = await startService();
    await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
    last = await service.tell('scend', synchronised('BAG-1'), rejected('SO1'));
  });
  afterAll(() => service.close());

  const get = (path: string, headers = {}) =>
    service.get(`${path}${path.includes('?') ? '&' : '?'}minPosition=${last}`, headers);

  describe('status, health and metrics', () => {
    it('tells how far everything is', async () => {
      expect((await get('/v1/status')).json).toEqual({
        ledger: { position: last },
        generation: {
          id: 1,
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}-[0-9a-f]{16}$/) as string,
          since: expect.any(String) as string,
        },
        projections: [{ name: 'live', position: last, lag: 0 }],
        feeds: expect.arrayContaining([
          expect.objectContaining({ source: 'prima', stream: '*', watermark: hour(0), state: 'current' }),
          expect.objectContaining({ source: 'scend', stream: '*', watermark: hour(1), state: 'current' }),
        ]) as unknown[],
        kafka: [],
        openDrifts: 1,
      });
    });

    it('tells a source that was never heard from silent, and one that fell silent stale', async () => {
      await service.sources.configure(source('quiet', 'scend', { expectedIntervalSeconds: 1 }), 'test');
      await service.sources.configure(source('once', 'scend', { expectedIntervalSeconds: 1 }), 'test');
      last = await service.tell('once', synchronised('BAG-2'));
      // The projector records a tick when the silence has lasted.
      const stale = 'SELECT FROM live.drifts WHERE detector = $1 AND subject = $2 AND status = $3';
      await settled(async () => {
        const { rowCount } = await service.database.pool.query(stale, ['feed-stale', 'feed:once/*', 'open']);
        return rowCount === 1;
      });
      const feeds = (await service.get('/v1/status')).json.feeds as { source: string }[];
      expect(feeds.filter(({ source: name }) => name === 'quiet')).toMatchObject([
        { stream: '*', watermark: null, lastReceivedAt: null, state: 'silent' },
      ]);
      expect(feeds.find(({ source: name }) => name === 'once')).toMatchObject({ state: 'stale' });
    });

    it('lives and is ready', async () => {
      expect((await service.get('/health/live')).json).toEqual({ status: 'ok' });
      expect((await service.get('/health/ready')).json).toEqual({ status: 'ok' });
    });

    it('gives figures to Prometheus, with routes and no names', async () => {
      await get('/v1/orders/SC-1');
      const answer = await service.get('/metrics');
      expect(answer.headers['content-type']).toContain('text/plain');
      expect(answer.text).toContain('tallystick_projection_lag_facts{projection="live"}');
      expect(answer.text).toContain('tallystick_open_drifts{detector="order-rejected",severity="high"} 1');
      expect(answer.text).toMatch(/request_duration_seconds_count\{method="GET",route="\/v1\/orders\/:ref",/);
      expect(answer.text).not.toContain('SC-1');
    });
  });

  describe('lists', () => {
    it('answers CSV that runs nothing', async () => {
      await service.tellRaw('scend', '{"event_type":"=cmd|calc","event_id":"+1","occurred_at":"nonsense"}');
      last = await service.tellRaw('scend', 'a "b", c');
      const answer = await get('/v1/ledger/facts?source=scend', { accept: 'text/csv' });
      expect(answer.headers['content-type']).toContain('text/csv');
      const lines = answer.text.trimEnd().split('\r\n');
      expect(lines[0]).toBe(
        '"position","source","type","key","occurredAt","recordedAt","actor","encoding","payload"',
      );
      expect(lines.at(-1)).toMatch(/,"text","a ""b"", c"$/);
    });

    it('answers NDJSON, and the next page as a link', async () => {
      const answer = await get('/v1/ledger/facts?limit=2', { accept: 'application/x-ndjson' });
      const positions = answer.text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { position: number }).position);
      expect(positions).toEqual([1, 2]);
      const link = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link))?.[1];
      expect((await service.get(link ?? '')).json.items).toMatchObject([{ position: 3 }, { position: 4 }]);
    });

    it('answers an empty list with its columns', async () => {
      const answer = await get('/v1/drifts?detector=none', { accept: 'text/csv' });
      expect(answer.text).toMatch(/^"id","detector","subject\.kind",[^\n]+\r\n$/);
    });

    it.each([
      ['limit=0', 'limit'],
      ['limit=501', 'limit'],
      ['limit=ten', 'limit'],
      ['status=broken', 'status'],
      ['severity=', 'severity'],
      ['detector=', 'detector'],
      ['detector=a&detector=b', 'detector'],
      ['detector=%00', 'detector'],
    ])('refuses %s', async (query, path) => {
      const answer = await service.get(`/v1/drifts?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ code: 'request-invalid', errors: [{ path }] });
    });

    it('refuses an unknown parameter, naming the known ones', async () => {
      const answer = await service.get('/v1/drifts?colour=red');
      expect(answer.status).toBe(400);
      expect(answer.json.detail).toBe(
        'unknown parameter colour; the known ones are minPosition, status, detector, source, subject, severity, owner, cluster, limit, cursor',
      );
    });

    it.each([
      'nonsense',
      '',
      Buffer.from('["alerts",1]').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
    ])('refuses the cursor %j', async (cursor) => {
      const answer = await service.get(`/v1/drifts?cursor=${cursor}`);
      expect([answer.status, answer.json.code]).toEqual([400, 'cursor-invalid']);
    });

    it('lists what is quarantined, and why', async () => {
      expect((await get('/v1/quarantine?source=scend')).json.items).toMatchObject([
        { position: last, source: 'scend', type: null, code: 'message-invalid' },
        { position: last - 1, code: 'message-unmapped' },
      ]);
      const unmapped = await get('/v1/quarantine?code=message-unmapped');
      expect(unmapped.json.items).toMatchObject([
        { position: last - 1, reason: expect.any(String) as string },
      ]);
      expect((await get('/v1/quarantine?source=prima')).json.items).toEqual([]);
      const first = await get('/v1/quarantine?limit=1');
      expect(
        (await get(`/v1/quarantine?limit=1&cursor=${String(first.json.nextCursor)}`)).json.items,
      ).toMatchObject([{ position: last - 1 }]);
    });

    it('answers CSV with no formula behind a semicolon, and nothing that acts on a terminal', async () => {
      const hostile = path.resolve(__dirname, '../../test/hostile/terminal-and-cells.scend.ndjson');
      last = await service.tellRaw('scend', (await readFile(hostile, 'utf8')).trim());
      await get(`/v1/status?minPosition=${last}`);
      for (const list of ['drifts?detector=order-rejected', 'ledger/facts?source=scend']) {
        const { text } = await get(`/v1/${list}`, { accept: 'text/csv' });
        expect(text).toContain('SO-T1');
        expect(text).toMatch(/^(?:\r\n|[^\p{Cc}\p{Bidi_Control}])*$/u);
        expect(text).not.toMatch(/;[\s"]*[=+@-]/);
      }
    });
  });

  describe('waiting for a position', () => {
    it('refuses, and says when to come again, if it does not come within the bound', async () => {
      const { position } = await service.ledger.head();
      const answer = await service.get(`/v1/drifts?minPosition=${position + 1_000}`);
      expect(answer.status).toBe(503);
      expect(answer.json).toMatchObject({ code: 'not-yet-visible' });
      expect(answer.headers['retry-after']).toBe('1');
    });

    it('refuses what is no position', async () => {
      const answer = await service.get('/v1/status?minPosition=soon');
      expect([answer.status, answer.json.code]).toEqual([400, 'request-invalid']);
    });

    it('answers at once when it comes', async () => {
      const { position } = await service.ledger.head();
      const waiting = service.get(`/v1/status?minPosition=${position + 1}`);
      last = await service.tell('prima', salesOrder('SO77'));
      expect((await waiting).status).toBe(200);
    });
  });

  describe('the ledger', () => {
    it('tells facts byte for byte, by key, type and time', async () => {
      const { json } = await get('/v1/ledger/facts?key=SalesOrder/SO1');
      expect(json.items).toMatchObject([
        { source: 'prima', type: 'SalesOrder', encoding: 'text', payload: JSON.stringify(salesOrder('SO1')) },
      ]);
      expect((await get('/v1/ledger/facts?from=2100-01-01T00:00:00Z')).json).toEqual({
        items: [],
        nextCursor: null,
      });
      expect(
        (await get('/v1/ledger/facts?to=2100-01-01T00:00:00Z&type=order.rejected')).json.items,
      ).toHaveLength(1);
    });

    it('tells bytes that are no text as base64', async () => {
      last = await service.tellRaw('scend', Buffer.from([0, 255]));
      expect((await get(`/v1/ledger/facts/${last}`)).json).toMatchObject({
        position: last,
        encoding: 'base64',
        payload: 'AP8=',
      });
    });

    it.each(['/v1/ledger/facts/999999', '/v1/ledger/proof/999999'])('answers 404 for %s', async (url) => {
      const answer = await service.get(url);
      expect([answer.status, answer.json.code]).toEqual([404, 'fact-unknown']);
    });

    it.each(['0', '-1', '1.5', 'x', '1e3'])('refuses the position %s', async (position) => {
      expect((await service.get(`/v1/ledger/facts/${position}`)).status).toBe(400);
    });

    it('proves the place of a fact in its block', async () => {
      const { json, at } = await service.get(`/v1/ledger/proof/${last}`);
      const path = (json.path as { hash: string; left: boolean }[]).map(({ hash, left }) => ({
        hash: Buffer.from(hash, 'hex'),
        left,
      }));
      const root = rootFromPath(Buffer.from(String(json.leaf), 'hex'), path);
      expect(root.toString('hex')).toBe(at('block', 'merkleRoot'));
      expect(at('fact', 'position')).toBe(last);
    });

    it('verifies the chain', async () => {
      const answer = await service.get('/v1/ledger/verify');
      expect(answer.status).toBe(200);
      expect(answer.json).toMatchObject({ state: 'done', ok: true });
    });

    it('says that it is still verifying, and then tells the end', async () => {
      const handler = service.app.get(VerifyLedgerHandler);
      expect(await handler.execute(new VerifyLedger(0))).toMatchObject({ state: 'running' });
      expect(await handler.execute(new VerifyLedger())).toMatchObject({ state: 'done', ok: true });
    });
  });

  describe('sources', () => {
    const body = { kind: 'prima', timeZone: 'Europe/London', legalEntity: 'ACME UK' };

    it('configures one, recorded with its actor; the same again changes nothing', async () => {
      const first = await service.put('/v1/sources/prima-uk', body);
      expect(first.json).toEqual({
        name: 'prima-uk',
        ...body,
        startsAt: null,
        expectedIntervalSeconds: null,
        changed: true,
        takesEffect: 'now',
      });
      const facts = await service.get('/v1/ledger/facts?source=tallystick&key=prima-uk');
      expect(facts.json.items).toMatchObject([{ type: 'source.configured', actor: 'local:unverified' }]);
      expect((await service.put('/v1/sources/prima-uk', body)).json).toMatchObject({ changed: false });
      const list = await service.get('/v1/sources?kind=prima');
      expect(list.json.items).toMatchObject([
        { name: 'prima' },
        { name: 'prima-uk', timeZone: 'Europe/London' },
      ]);
    });

    it('says when a change reaches facts that were read before', async () => {
      const change = { ...body, startsAt: '2026-01-01T00:00:00+01:00', expectedIntervalSeconds: 60 };
      expect((await service.put('/v1/sources/prima-uk', change)).json).toMatchObject({
        startsAt: '2025-12-31T23:00:00.000Z',
        takesEffect: 'now',
      });
      const { json } = await service.put('/v1/sources/prima', { ...body, timeZone: 'UTC' });
      expect(json).toMatchObject({ changed: true, takesEffect: 'next-replay' });
    });

    it('refuses another kind for a source, and a kind that does not exist', async () => {
      const changed = await service.put('/v1/sources/scend', body);
      expect([changed.status, changed.json.code]).toEqual([409, 'kind-changed']);
      const unknown = await service.put('/v1/sources/sap', { ...body, kind: 'sap' });
      expect(unknown.status).toBe(400);
      expect(unknown.json).toMatchObject({
        code: 'kind-unknown',
        known: ['prima', 'scend', 'middleware', 'custom'],
      });
      const own = await service.put('/v1/sources/tallystick', body);
      expect([own.status, own.json.code]).toEqual([400, 'name-reserved']);
    });

    it.each<[string, string, object]>([
      ['Upper', '', {}],
      ['x', 'timeZone', { timeZone: 'Mars/Base' }],
      ['x', 'timeZone', { timeZone: '+01:00' }],
      ['x', 'legalEntity', { legalEntity: '' }],
      ['x', 'startsAt', { startsAt: '2026-01-01' }],
      ['x', 'expectedIntervalSeconds', { expectedIntervalSeconds: 0 }],
      ['x', '', { colour: 'red' }],
    ])('refuses %s with %s wrong', async (name, path, wrong) => {
      const answer = await service.put(`/v1/sources/${name}`, { ...body, ...wrong });
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ code: 'request-invalid', errors: [{ path }] });
    });
  });

  describe('HTTP', () => {
    it('answers what it does not have as a problem', async () => {
      const answer = await service.get('/v1/nothing');
      expect(answer.status).toBe(404);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.json).toMatchObject({ status: 404, code: 'not-found', instance: '/v1/nothing' });
    });

    it('answers a path that cannot be decoded', async () => {
      const answer = await service.get('/v1/orders/%zz');
      expect([answer.status, answer.json.code]).toEqual([400, 'url-invalid']);
    });

    it('takes a name of 200 characters in any script', async () => {
      const answer = await service.get(`/v1/orders/${encodeURIComponent('漢'.repeat(200))}`);
      expect([answer.status, answer.json.code]).toEqual([404, 'order-unknown']);
    });

    it('tells browsers to be careful, and not by what it is made', async () => {
      const { headers } = await service.get('/health/live');
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers.server).toBeUndefined();
    });

    it('describes itself in OpenAPI 3.1', async () => {
      const { json } = await service.get('/openapi.json');
      expect(json.openapi).toBe('3.1.0');
      expect(Object.keys(json.paths as object)).toEqual(
        expect.arrayContaining(['/v1/status', '/v1/drifts/{id}/accept', '/v1/orders/{ref}/trail']),
      );
    });
  });
});

describe('keys', () => {
  const token = 'operator-token';
  const key = (name: string, role: 'reader' | 'operator', text: string) => ({
    name,
    role,
    sha256: createHash('sha256').update(text).digest('hex'),
    sources: null,
  });

  it('lets an operator act, a reader only read, and nobody else in', async () => {
    const service = await startService({
      config: { keys: [key('ops', 'operator', token), key('auditor', 'reader', 'reader-token')] },
    });
    try {
      await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
      const position = await service.tell('scend', synchronised('BAG-1'), rejected('SO1'));
      const as = (text: string) => ({ authorization: `Bearer ${text}` });
      const url = `/v1/drifts?minPosition=${position}`;
      expect((await service.get(url)).status).toBe(401);
      const id = String((await service.get(url, as('reader-token'))).at('items', 0, 'id'));
      const comment = (text: string) => service.post(`/v1/drifts/${id}/comment`, { comment: 'x' }, as(text));
      expect((await comment('reader-token')).status).toBe(403);
      expect((await comment(token)).json).toMatchObject({ acts: [{ actor: 'ops' }] });
      const source_ = { kind: 'prima', timeZone: 'UTC', legalEntity: 'ACME' };
      expect((await service.put('/v1/sources/other', source_, as(token))).status).toBe(403);
      expect((await service.get('/health/live')).status).toBe(200);
      expect((await service.get('/openapi.json')).status).toBe(200);
    } finally {
      await service.close();
    }
  });
});

describe('before the projector has started', () => {
  it('lives, is not ready, and says so to whoever reads', async () => {
    const service = await startService({ projector: false });
    try {
      expect((await service.get('/health/live')).status).toBe(200);
      for (const url of [
        '/health/ready',
        '/v1/status',
        '/v1/drifts',
        '/v1/orders/SC-1',
        '/v1/status?minPosition=1',
      ]) {
        const answer = await service.get(url);
        expect([url, answer.status, answer.json.code]).toEqual([url, 503, 'not-ready']);
        expect(answer.headers['retry-after']).toBe('1');
      }
    } finally {
      await service.close();
    }
  });
});

describe('when the service stops', () => {
  it('lets requests finish, and keeps none that only waits', async () => {
    const service = await startService();
    await service.app.listen(0, '127.0.0.1');
    const url = await service.app.getUrl();
    const began = performance.now();
    const waiting = fetch(`${url}/v1/status?minPosition=1000000`);
    // One that has been answered shows that the one before it has arrived.
    await fetch(`${url}/health/live`);
    await service.app.close();
    expect((await waiting).status).toBe(503);
    expect(performance.now() - began).toBeLessThan(4_000);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    await service.close();
  });
});
