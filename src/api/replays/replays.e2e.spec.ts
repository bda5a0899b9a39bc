import { createHash } from 'node:crypto';
import { type Answer, type Service, startService } from '../../../test/api/service';
import { settled } from '../../../test/support/settled';
import { defaultPolicy } from '../../domain/policy';

const key = (name: string) => ({
  name,
  role: 'operator' as const,
  sha256: createHash('sha256').update(name).digest('hex'),
  sources: null,
});
const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

/** Nobody is told of what is no JSON. */
const quiet = { detectors: { 'message-invalid': { enabled: false } } };

/** A service with one drift, that a policy can do away with. */
async function withOneDrift(options: Parameters<typeof startService>[0] = {}): Promise<Service> {
  const service = await startService(options);
  const position = await service.tellRaw('prima', 'no JSON');
  await settled(async () => {
    const sql = 'SELECT FROM live.checkpoint WHERE position >= $1';
    return (await service.database.pool.query(sql, [position])).rowCount === 1;
  });
  return service;
}

async function ready(service: Service, id: unknown, headers = {}): Promise<Answer> {
  let answer: Answer | null = null;
  await settled(async () => {
    answer = await service.get(`/v1/replays/${String(id)}`, headers);
    return answer.json.status !== 'building';
  });
  return answer as unknown as Answer;
}

describe('replays over HTTP', () => {
  let service: Service;

  beforeAll(async () => {
    service = await withOneDrift();
  });
  afterAll(() => service.close());

  const openDrifts = async () => (await service.get('/v1/drifts?status=open')).json.items as unknown[];
  const start = async (body: object) => (await service.post('/v1/replays', body)).json;

  it('builds a draft beside the live views, tells what it changes, puts it in force, goes back', async () => {
    const reason = 'noise';
    expect((await service.post('/v1/replays', { policy: 'draft' })).json).toMatchObject({
      status: 409,
      code: 'nothing-drafted',
    });
    await service.put('/v1/policy', { policy: quiet });
    const begun = await service.post('/v1/replays', { policy: 'draft', reason });
    expect([begun.status, begun.json]).toMatchObject([202, { requestedBy: 'local:unverified', reason }]);
    const { id } = begun.json;

    expect((await ready(service, id)).json).toMatchObject({
      status: 'ready',
      failure: null,
      diff: {
        drifts: [{ change: 'closed', detector: 'message-invalid', drifts: 1 }],
        quarantine: { left: 0, entered: 0 },
      },
    });
    expect(await openDrifts()).toHaveLength(1);

    const promoted = await service.post(`/v1/replays/${String(id)}/promote`);
    expect([promoted.status, promoted.json]).toMatchObject([200, { status: 'live', diff: null }]);
    expect(await openDrifts()).toEqual([]);
    expect((await service.get('/v1/policy')).json).toMatchObject({ inForce: { version: 1 }, draft: null });

    expect((await service.post('/v1/replays/1/promote')).json).toMatchObject({ id: 1, status: 'live' });
    expect(await openDrifts()).toHaveLength(1);
  });

  it('changes nothing where nothing else is said', async () => {
    const { id } = await start({});
    expect((await ready(service, id)).json).toMatchObject({ diff: { drifts: [], cases: [] } });
    expect((await service.post(`/v1/replays/${String(id)}/discard`)).json).toMatchObject({
      status: 'dropped',
    });
    for (const act of ['promote', 'discard'])
      expect((await service.post(`/v1/replays/${String(id)}/${act}`)).json).toMatchObject({
        status: 409,
        code: 'generation-refused',
      });
  });

  it('lists what differs as JSON, CSV and NDJSON, page by page, with both values', async () => {
    await service.tellRaw('prima', 'no JSON either');
    await settled(async () => (await openDrifts()).length === 2);
    const { id } = await start({ policy: quiet });
    await ready(service, id);
    const url = `/v1/replays/${String(id)}/diff`;
    const page = await service.get(`${url}?section=drifts&limit=1`);
    expect(page.json.items).toMatchObject([
      {
        change: 'closed',
        detector: 'message-invalid',
        before: { cause: expect.any(String) as string },
        after: null,
      },
    ]);
    expect(await service.pages(`${url}?section=drifts&limit=1`)).toHaveLength(2);
    const csv = await service.get(`${url}?section=drifts`, { accept: 'text/csv' });
    expect(csv.text).toMatch(
      /^"change","detector","subject","discriminator","before\.id","before\.severity",/,
    );
    expect(csv.text.trimEnd().split('\r\n')).toHaveLength(3);
    const lines = await service.get(`${url}?section=drifts&limit=1`, { accept: 'application/x-ndjson' });
    expect(lines.text.trimEnd().split('\n')).toHaveLength(1);
    expect(lines.headers.link).toContain(`${url}?section=drifts&limit=1&cursor=`);
    for (const section of ['orders', 'stock', 'matches', 'quarantine', 'products', 'feeds'])
      expect((await service.get(`${url}?section=${section}`)).json).toEqual({ items: [], nextCursor: null });
    expect((await service.get(`${url}?section=stock`, { accept: 'text/csv' })).text).toMatch(
      /^"change","sku",/,
    );

    // A cursor is of one section; a section must be said.
    const cursor = String(page.json.nextCursor);
    expect((await service.get(`${url}?section=orders&cursor=${cursor}`)).json).toMatchObject({
      code: 'cursor-invalid',
    });
    expect((await service.get(url)).status).toBe(400);
    expect((await service.get(`${url}?section=drift`)).status).toBe(400);
    expect((await service.get('/v1/replays/999/diff?section=drifts')).json).toMatchObject({
      code: 'replay-unknown',
    });
    // The sums are as of the fact that both have folded, also when live goes on.
    const { position } = (await service.get(`/v1/replays/${String(id)}`)).json.diff as { position: number };
    const later = await service.tellRaw('prima', 'nor this');
    await settled(async () => {
      const { diff } = (await service.get(`/v1/replays/${String(id)}`)).json as {
        diff: { position: number };
      };
      return diff.position === later;
    });
    expect(position).toBeLessThan(later);
    await service.post(`/v1/replays/${String(id)}/discard`);
    expect((await service.get(`${url}?section=drifts`)).json).toMatchObject({ code: 'generation-refused' });
  });

  it('reads sources anew that a document speaks of', async () => {
    await service.database.pool.query(
      `INSERT INTO app.sources (name, kind, time_zone, legal_entity) VALUES ('of-another-replica', 'scend', 'UTC', 'ACME')`,
    );
    const entries = [{ source: 'of-another-replica', from: 'A', to: 'B' }];
    const { id } = await start({ mapping: { 'sku-aliases': entries } });
    expect((await ready(service, id)).json).toMatchObject({ status: 'ready' });
    await service.post(`/v1/replays/${String(id)}/discard`);
  });

  it('takes a document that nobody has drafted, and records it before it is in force', async () => {
    const entries = [{ source: 'scend', from: 'BAG 1', to: 'BAG-1' }];
    const { id } = await start({ mapping: { 'sku-aliases': entries } });
    await ready(service, id);
    await service.post(`/v1/replays/${String(id)}/promote`);
    expect((await service.get('/v1/mappings/sku-aliases')).json).toMatchObject({
      inForce: { version: 1, entries },
    });
  });

  it('refuses a document with the place of each fault', async () => {
    expect(await start({ policy: { detectors: { nobody: {} } } })).toMatchObject({
      status: 400,
      code: 'policy-invalid',
      errors: [{ path: 'detectors.nobody' }],
    });
    expect(await start({ mapping: { units: [{ from: 'P', to: 'EA', factor: '0' }] } })).toMatchObject({
      status: 400,
      code: 'mapping-invalid',
    });
  });

  it('refuses a second one while one is built, whoever builds it', async () => {
    const other = await service.database.pool.connect();
    try {
      await other.query('SELECT pg_advisory_lock($1, 0)', [0x7a13]);
      expect(await start({})).toMatchObject({ status: 409, code: 'generation-refused' });
    } finally {
      other.release(true);
    }
  });

  it('shows what a draft would have shown at an earlier fact, and does not put that in force', async () => {
    const upTo = ((await service.get('/v1/status')).json.ledger as { position: number }).position;
    const invalid = (await openDrifts()).length;
    const { id } = await start({ policy: quiet, upTo });
    await service.tellRaw('prima', 'no JSON at a later fact');
    expect((await ready(service, id)).json).toMatchObject({
      status: 'ready',
      upTo,
      interruptions: [],
      diff: { position: upTo, drifts: [{ change: 'closed', detector: 'message-invalid', drifts: invalid }] },
    });
    const refused = (await service.post(`/v1/replays/${String(id)}/promote`)).json;
    expect(refused).toMatchObject({ status: 409, code: 'generation-refused' });
    expect(refused.detail).toContain(`ends at fact ${upTo}`);
    expect((await service.post(`/v1/replays/${String(id)}/discard`)).json).toMatchObject({
      status: 'dropped',
    });
    const { id: then } = await start({ policy: quiet, upTo: new Date().toISOString() });
    expect((await ready(service, then)).json.upTo).toBeGreaterThan(upTo);
  });

  it.each([
    [999_999, 'up-to-invalid', /Fact 999999 is not recorded/],
    ['2999-01-01T00:00:00Z', 'up-to-invalid', /is still to come/],
    ['1999-01-01T00:00:00Z', 'up-to-invalid', /Nothing was recorded until/],
    ['yesterday', 'body-invalid', /RFC 3339/],
    [0, 'body-invalid', /./],
  ])('refuses history up to %s', async (upTo, code, why) => {
    const { json } = await service.post('/v1/replays', { upTo });
    expect(json).toMatchObject({ status: 400 });
    expect(`${String(json.detail)} ${JSON.stringify(json.errors)}`).toMatch(why);
    if (code !== 'body-invalid') expect(json.code).toBe(code);
  });

  /** A build that has come to its indexes waits for `release`. */
  async function held(): Promise<{ id: number; release: () => void }> {
    const { rows } = await service.database.pool.query<{ id: number }>(
      'SELECT max(id) + 1 AS id FROM app.generations',
    );
    const id = rows[0]?.id ?? 0;
    const client = await service.database.pool.connect();
    await client.query('SELECT pg_advisory_lock($1, $2)', [0x7a12, id]);
    expect(await start({})).toMatchObject({ id, status: 'building' });
    return { id, release: () => client.release(true) };
  }

  it('stops a build that is discarded', async () => {
    const { id, release } = await held();
    const discarded = service.post(`/v1/replays/${id}/discard`);
    release();
    expect((await discarded).json).toMatchObject({ id, status: 'dropped' });
    expect((await service.database.pool.query(`SELECT to_regnamespace('gen_${id}') AS gone`)).rows).toEqual([
      { gone: null },
    ]);
  });

  it('tells why a build was given up', async () => {
    const [{ id, release }, open] = [await held(), await openDrifts()];
    await service.database.pool.query(`DROP SCHEMA gen_${id} CASCADE`);
    release();
    await settled(async () => (await service.get(`/v1/replays/${id}`)).json.failure !== null);
    expect((await service.get(`/v1/replays/${id}`)).json).toMatchObject({
      status: 'dropped',
      failure: expect.stringContaining(`gen_${id}`) as string,
    });
    expect(await openDrifts()).toEqual(open);
  });

  it.each(['/v1/replays/999', '/v1/replays/x', '/v1/replays/-1'])('knows no %s', async (url) => {
    expect((await service.get(url)).json).toMatchObject({ status: 404, code: 'replay-unknown' });
  });
});

describe('a policy that asks for four eyes', () => {
  const policy = { ...defaultPolicy, promotion: { fourEyes: true } };

  it('lets another key promote than the one that asked', async () => {
    const service = await withOneDrift({ policy, config: { keys: [key('ada'), key('bob')] } });
    try {
      const { id } = (await service.post('/v1/replays', {}, bearer('ada'))).json;
      await ready(service, id, bearer('ada'));
      const promote = (name: string) =>
        service.post(`/v1/replays/${String(id)}/promote`, undefined, bearer(name));
      expect((await promote('ada')).json).toMatchObject({ status: 409, code: 'generation-refused' });
      expect((await promote('bob')).json).toMatchObject({ status: 'live' });
    } finally {
      await service.close();
    }
  });

  it('lets nobody promote for whom no key vouches', async () => {
    const service = await withOneDrift({ policy });
    try {
      const { id } = (await service.post('/v1/replays', {})).json;
      await ready(service, id);
      expect((await service.post(`/v1/replays/${String(id)}/promote`)).json).toMatchObject({ status: 409 });
    } finally {
      await service.close();
    }
  });
});
