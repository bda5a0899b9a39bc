import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../domain/sources/json';
import { kindFor } from '../../domain/sources/registry';
import { type Service, startService } from '../../../test/api/service';

const EXAMPLE = join(__dirname, '../../../examples/custom-erp');
const read = (file: string) => JSON.parse(readFileSync(join(EXAMPLE, file), 'utf8')) as Record<string, never>;
const settings = {
  kind: 'custom',
  timeZone: 'Asia/Kolkata',
  legalEntity: 'ACME-UK',
  mapping: read('mapping.json') as object,
};

describe('a custom source over HTTP', () => {
  let service: Service;

  beforeAll(async () => {
    service = await startService();
    expect((await service.put('/v1/sources/erp', settings)).json).toMatchObject({
      changed: true,
      takesEffect: 'now',
    });
  });

  afterAll(() => service.close());

  it('has its mapping in the ledger and in the list; the same again changes nothing', async () => {
    expect((await service.put('/v1/sources/erp', settings)).json).toMatchObject({ changed: false });
    const { json } = await service.get('/v1/ledger/facts?source=tallystick&key=erp');
    expect(json.items).toHaveLength(1);
    const list = await service.get('/v1/sources?kind=custom');
    expect(list.json.items).toMatchObject([{ name: 'erp', mapping: { plays: 'prima', key: 'name' } }]);
  });

  it('takes the messages of the example, and makes an order of them', async () => {
    const samples = readdirSync(join(EXAMPLE, 'messages')).sort();
    const position = await service.tell('erp', ...samples.map((file) => read(`messages/${file}`)));
    const answer = await service.get(`/v1/orders/SAL-ORD-2026-00901?minPosition=${position}`);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('BAG-10157');
    const drifts = await service.get('/v1/drifts?limit=50');
    expect((drifts.json.items as { detector: string }[]).map(({ detector }) => detector)).not.toContain(
      'message-invalid',
    );
  });

  it('answers what the walk-through shows', async () => {
    const walkThrough = readFileSync(join(__dirname, '../../../docs/custom-sources.md'), 'utf8');
    const drifts = await service.get('/v1/drifts?detector=invoice-price-mismatch');
    expect(walkThrough).toContain(drifts.at('items', 0, 'cause', 'detail'));
    const types = { 'Sales Order': { stream: 'SalesOrder', facts: "{ 'type': 'sales-order', " } };
    const mapping = { ...settings.mapping, time: '$now()', types };
    const { json } = await service.put('/v1/sources/erp', { ...settings, mapping });
    const errors = json.errors as { message: string }[];
    expect(errors).toHaveLength(2);
    for (const { message } of errors) expect(walkThrough).toContain(JSON.stringify(message));
  });

  it('tells a message that the mapping cannot read by its place', async () => {
    const bad = {
      doctype: 'Bin',
      name: 'b',
      modified: '2026-11-20 09:00:00',
      warehouse: 'UK1',
      item_code: 'BAG-1',
    };
    const position = await service.tell('erp', bad);
    const answer = await service.get(`/v1/drifts?detector=message-invalid&minPosition=${position}`);
    expect(answer.at('items', 0, 'cause', 'detail')).toBe('types.Bin.facts.uom: is required');
  });

  it.each<[string, object, number, string, string]>([
    ['a clock', { key: '$now()' }, 400, 'mapping-invalid', 'mapping.key'],
    [
      'what does not compile',
      { types: { x: { facts: 'a +' } } },
      400,
      'mapping-invalid',
      'mapping.types.x.facts',
    ],
    [
      'another stream',
      { types: { x: { stream: 'Orders', facts: 'a' } } },
      400,
      'mapping-invalid',
      'mapping.types.x.stream',
    ],
    ['no expression', { type: '' }, 400, 'request-invalid', 'mapping.type'],
    ['an unknown field', { colour: 'red' }, 400, 'request-invalid', 'mapping'],
  ])('refuses %s with its place', async (_what, change, status, code, path) => {
    const answer = await service.put('/v1/sources/erp', {
      ...settings,
      mapping: { ...settings.mapping, ...change },
    });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect((answer.json.errors as { path: string }[]).map((error) => error.path)).toContain(path);
  });

  it('refuses a custom source without a mapping, and another one with it', async () => {
    const { mapping, ...without } = settings;
    expect((await service.put('/v1/sources/other', without)).json).toMatchObject({ code: 'mapping-invalid' });
    const prima = await service.put('/v1/sources/other', { ...without, kind: 'prima', mapping });
    expect(prima.json).toMatchObject({ code: 'mapping-invalid', errors: [{ path: 'mapping' }] });
  });

  it('reads the later facts with what is configured later', async () => {
    const mapping = { type: 'kind', key: 'id', time: 'at', types: { x: { facts: 'missing' } } };
    await service.put('/v1/sources/changing', { ...settings, mapping });
    const message = readJson('{"kind":"x","id":7,"number":8,"at":"2026-11-20T09:00:00Z"}');
    const key = () => {
      const source = service.sources.get('changing')!;
      return kindFor(source)!.envelope(message, source).key;
    };
    expect(key()).toBe('x/7');
    await service.put('/v1/sources/changing', { ...settings, mapping: { ...mapping, key: 'number' } });
    expect(key()).toBe('x/8');
  });
});
