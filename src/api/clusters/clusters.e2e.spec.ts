import { type Service, startService } from '../../../test/api/service';
import { customer, hour, item, rejected, salesOrder, synchronised } from '../../../test/api/story';
import { policySchema } from '../../domain/policy';

const ORDERS = ['SO1', 'SO2', 'SO3', 'SO4'];

describe('clusters over HTTP', () => {
  let service: Service;
  let last: number;

  beforeAll(async () => {
    service = await startService({ policy: policySchema.parse({ owner: 'operations' }) });
    await service.tell('prima', item('BAG-1'), customer());
    await service.tell('prima', ...[...ORDERS, 'SO5'].map((no) => salesOrder(no)));
    const other = { ...rejected('SO5', hour(2)), reason_code: 'CLOSED' };
    last = await service.tell('scend', synchronised('BAG-1'), ...ORDERS.map((no) => rejected(no)), other);
  });
  afterAll(() => service.close());

  const list = (query = '') => service.get(`/v1/clusters?minPosition=${last}${query}`);
  const ofRejections = async () => String((await list('&detector=order-rejected')).at('items', 0, 'id'));

  it('are the open drifts of one cause, the greatest first, with what would close most of them', async () => {
    const { items } = (await list()).json as { items: Record<string, unknown>[] };
    expect(items[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      detector: 'order-rejected',
      cause: { code: 'unknown-sku', about: 'BAG-1' },
      severity: 'high',
      open: 4,
      accepted: 0,
      amountAtRisk: [{ minor: 4 * 2380, currency: 'EUR' }],
      firstSeen: hour(1),
      lastSeen: hour(1),
      firstDivergence: { position: expect.any(Number) as number, occurredAt: hour(1) },
      owners: ['operations'],
      change: {
        kind: 'resend',
        system: 'scend',
        text: expect.stringContaining('Synchronise') as string,
        closes: 4,
        looked: 4,
      },
    });
    expect(items.slice(1)).toMatchObject([{ cause: { code: 'other', about: 'BAG-1' }, open: 1 }]);
    const { json } = await service.get(`/v1/drifts?cluster=${String(items[0]?.id)}`);
    expect(json.items).toHaveLength(4);
  });

  it('are listed page by page, and by detector and owner', async () => {
    const all = await service.pages(`/v1/clusters?limit=500`);
    expect(await service.pages('/v1/clusters?limit=1')).toEqual(all);
    expect((await list('&owner=nobody')).json.items).toEqual([]);
    expect((await list('&owner=operations&detector=order-rejected')).json.items).toHaveLength(2);
    expect((await list('&detector=stock-mismatch')).json.items).toEqual([]);
  });

  it('have an owner, and are given to one, as a whole', async () => {
    const id = await ofRejections();
    const key = { 'idempotency-key': 'give-1' };
    const assign = () => service.post(`/v1/clusters/${id}/assign`, { assignee: 'Ada' }, key);
    const assigned = await assign();
    expect(assigned.json).toMatchObject({ acts: 4, cluster: { open: 4, owners: ['Ada'] } });
    expect(assigned.headers['tallystick-position']).toBe(String(assigned.json.position));
    // Sent again it is not done again.
    expect((await assign()).json).toMatchObject({ acts: 0, cluster: { owners: ['Ada'] } });
    const seen = await service.post(`/v1/clusters/${id}/acknowledge`);
    expect(seen.json).toMatchObject({ acts: 4 });
  });

  it('are accepted with a reason, and an end in the future', async () => {
    const id = await ofRejections();
    const accept = (body: object) => service.post(`/v1/clusters/${id}/accept`, body);
    expect(await accept({})).toMatchObject({ status: 400 });
    expect(await accept({ comment: 'too late', until: hour(0) })).toMatchObject({ status: 400 });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const { status, json } = await accept({ comment: 'the supplier renames it next week', until });
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { acts: 4, cluster: { open: 0, accepted: 4 } },
    });
    expect((await list()).json.items).toMatchObject([{ cause: { code: 'other' } }]);
    // Nothing is open in it any more, and it can still be looked at.
    expect((await service.get(`/v1/clusters/${id}`)).json).toMatchObject({ accepted: 4, amountAtRisk: [] });
    const { acts } = (await service.get(`/v1/drifts/${await accepted()}`)).json as { acts: unknown[] };
    expect(acts).toContainEqual(expect.objectContaining({ type: 'accepted', until }));
    expect((await accept({ comment: 'again' })).json).toMatchObject({ acts: 0, position: null });
  });

  const accepted = async () => String((await service.get('/v1/drifts?status=accepted')).at('items', 0, 'id'));

  it.each(['/v1/clusters/none', `/v1/clusters/${'0'.repeat(32)}`])('%s is not known', async (url) => {
    expect((await service.get(url)).json).toMatchObject({ status: 404, code: 'cluster-unknown' });
    expect((await service.post(`${url}/acknowledge`)).json).toMatchObject({ code: 'cluster-unknown' });
  });

  it('refuses a parameter that it does not know', async () => {
    expect((await list('&cause=x')).json).toMatchObject({ status: 400 });
  });
});
