import { createHash } from 'node:crypto';
import { type Service, startService } from '../../../test/api/service';
import { tableNames } from '../../domain/mapping/tables';
import { defaultPolicy } from '../../domain/policy';

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
const key = (name: string, role: 'reader' | 'operator') => ({
  name,
  role,
  sha256: sha256(name),
  sources: null,
});
const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

const ALIAS = { source: 'scend', from: 'BAG 10157', to: 'BAG-10157', validFrom: '2026-03-01' };
const anInstant = expect.stringMatching(/^\d{4}-.*Z$/) as string;
const aPosition = expect.any(Number) as number;

describe('mapping and policy over HTTP', () => {
  let service: Service;

  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  const recorded = async () => (await service.ledger.head()).position;

  it('lists all tables, each empty at first', async () => {
    const { status, json } = await service.get('/v1/mappings');
    expect(status).toBe(200);
    expect(json).toEqual({
      items: tableNames.map((name) => ({ name, entries: 0, inForce: 0, draft: null })),
      nextCursor: null,
    });
    expect((await service.get('/v1/mappings', { accept: 'text/csv' })).text.split('\r\n')[1]).toBe(
      '"sku-aliases",0,0,,,,',
    );
  });

  it('drafts a version of a table, in force nowhere, with its actor and reason', async () => {
    const answer = await service.put('/v1/mappings/sku-aliases', { entries: [ALIAS], reason: 'a blank' });
    const head = {
      version: 1,
      at: anInstant,
      actor: 'local:unverified',
      reason: 'a blank',
      position: aPosition,
    };
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        name: 'sku-aliases',
        inForce: { version: 0, entries: [] },
        draft: { ...head, entries: [ALIAS] },
        versions: [head],
        changed: true,
      },
    ]);
    const position = answer.at('draft', 'position') as number;
    expect((await service.get(`/v1/ledger/facts/${position}`)).json).toMatchObject({
      source: 'tallystick',
      type: 'mapping.drafted',
      key: 'sku-aliases/1',
    });
    const again = await service.put('/v1/mappings/sku-aliases', { entries: [ALIAS] });
    expect([again.json.changed, again.at('draft', 'version')]).toEqual([false, 1]);
    expect(await service.get('/v1/mappings/sku-aliases')).toMatchObject({
      status: 200,
      json: { draft: { entries: [ALIAS] } },
    });
  });

  it('drafts a policy in the same way', async () => {
    const policy = { detectors: { 'order-rejected': { enabled: false } } };
    const answer = await service.put('/v1/policy', { policy, reason: 'seen to elsewhere' });
    expect([answer.status, answer.json]).toMatchObject([
      200,
      {
        inForce: { version: null, policy: defaultPolicy },
        draft: { version: 1, policy: { ...defaultPolicy, ...policy }, reason: 'seen to elsewhere' },
        changed: true,
      },
    ]);
    expect((await service.get('/v1/policy')).json).toMatchObject({
      draft: { version: 1 },
      versions: [{ version: 1 }],
    });
  });

  it.each<[string, string, object, number, string, RegExp]>([
    [
      'a circle',
      '/v1/mappings/sku-aliases',
      { entries: [{ from: 'A', to: 'A' }] },
      400,
      'mapping-invalid',
      /^sku-aliases\[0\]: closes a circle/,
    ],
    [
      'an unknown source',
      '/v1/mappings/units',
      { entries: [{ source: 'x', from: 'P', to: 'EA' }] },
      400,
      'mapping-invalid',
      /^units\[0\]\.source: no source is named x/,
    ],
    [
      'a zero factor',
      '/v1/mappings/units',
      { entries: [{ from: 'P', to: 'EA', factor: '0' }] },
      400,
      'mapping-invalid',
      /^units\[0\]\.factor: must be more than zero/,
    ],
    [
      'an unknown table',
      '/v1/mappings/skus',
      { entries: [] },
      404,
      'mapping-unknown',
      /the tables are sku-aliases/,
    ],
    ['no entries', '/v1/mappings/units', {}, 400, 'request-invalid', /^entries: /],
    ['a mistyped field', '/v1/mappings/units', { entries: [], reson: 'x' }, 400, 'request-invalid', /reson/],
    [
      'an unknown detector',
      '/v1/policy',
      { policy: { detectors: { lost: {} } } },
      400,
      'policy-invalid',
      /^detectors\.lost: no such detector/,
    ],
    [
      'a negative tolerance',
      '/v1/policy',
      { policy: { detectors: { 'invoice-price-mismatch': { toleranceMinor: -1 } } } },
      400,
      'policy-invalid',
      /toleranceMinor/,
    ],
    ['no policy', '/v1/policy', { policy: [] }, 400, 'request-invalid', /^policy: /],
  ])('refuses %s, and records nothing', async (_, url, body, status, code, detail) => {
    const before = await recorded();
    const { json, ...answer } = await service.put(url, body);
    expect([answer.status, json]).toMatchObject([
      status,
      { code, detail: expect.stringMatching(detail) as string },
    ]);
    expect(await recorded()).toBe(before);
  });

  it('tells each fault with its place', async () => {
    const { json } = await service.put('/v1/mappings/units', {
      entries: [
        { from: 'P', to: 'EACH' },
        { from: '', to: 'EA' },
      ],
    });
    expect(json.errors).toEqual([
      { path: 'units[0].to', message: expect.stringMatching(/^EACH is no unit/) as string },
      { path: 'units[1].from', message: 'must not be empty' },
    ]);
  });

  it('knows no other table', async () => {
    expect((await service.get('/v1/mappings/skus')).json).toMatchObject({
      status: 404,
      code: 'mapping-unknown',
      known: [...tableNames],
    });
  });
});

it('only an operator drafts, by his own name', async () => {
  const service = await startService({ config: { keys: [key('ada', 'operator'), key('bob', 'reader')] } });
  try {
    const body = { entries: [{ from: 'A', to: 'B' }] };
    expect((await service.put('/v1/mappings/tax-codes', body, bearer('bob'))).json).toMatchObject({
      code: 'role-required',
    });
    expect((await service.put('/v1/mappings/tax-codes', body, bearer('ada'))).at('draft', 'actor')).toBe(
      'ada',
    );
    expect((await service.get('/v1/mappings/tax-codes', bearer('bob'))).at('draft', 'version')).toBe(1);
  } finally {
    await service.close();
  }
});

it('is not ready before there is a live generation', async () => {
  const service = await startService({ projector: false });
  try {
    for (const url of ['/v1/mappings', '/v1/mappings/units', '/v1/policy'])
      expect((await service.get(url)).json).toMatchObject({ status: 503, code: 'not-ready' });
  } finally {
    await service.close();
  }
});
