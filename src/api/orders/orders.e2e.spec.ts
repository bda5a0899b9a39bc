import { type Service, source, startService } from '../../../test/api/service';
import {
  customer,
  dispatched,
  fulfilment,
  hour,
  invoice,
  item,
  received,
  rejected,
  salesOrder,
  synchronised,
} from '../../../test/api/story';

describe('orders over HTTP', () => {
  let service: Service;
  let last: number;
  /** Position after the rejection, before it was received after all. */
  let rejectedAt: number;

  beforeAll(async () => {
    service = await startService({
      sources: [source('prima', 'prima'), source('scend', 'scend'), source('middleware', 'middleware')],
    });
    const { tell } = service;
    await tell(
      'prima',
      item('BAG-1'),
      customer(),
      salesOrder('SO1'),
      salesOrder('SO2', { externalRef: 'SC-X' }),
    );
    await tell('prima', salesOrder('SO3', { externalRef: 'SC-X' }));
    await tell('middleware', {
      id: 'm-1',
      type: 'sync.failed',
      at: hour(-1),
      from: 'scayle',
      to: 'prima',
      entity: 'order',
      ref: 'SC-1',
      error: { code: 'UNKNOWN_SKU', message: 'not on file' },
      attempt: 1,
    });
    rejectedAt = await tell('scend', synchronised('BAG-1'), rejected('SO1', hour(1)));
    await tell(
      'scend',
      received('SO1', hour(2)),
      dispatched('SO1', 'D-1', hour(4)),
      dispatched('SO2', 'D-2'),
    );
    last = await tell('prima', fulfilment('IF1', 'SO1', 'D-1'), invoice('INV1', 'SO1', ['IF1']));
  });
  afterAll(() => service.close());

  const get = (path: string) =>
    service.get(`/v1/orders/${path}${path.includes('?') ? '&' : '?'}minPosition=${last}`);

  it.each(['SO1', 'SC-1', 'D-1', 'T-D-1', 'IF1', 'INV1'])('finds an order by %s', async (ref) => {
    expect((await get(ref)).json).toMatchObject({ order: 'SO1', subject: { kind: 'order', id: 'SC-1' } });
  });

  it('lays both halves side by side', async () => {
    const { json } = await get('SC-1');
    expect(json).toMatchObject({
      status: 'pending_fulfilment',
      halves: {
        prima: {
          salesOrders: [
            {
              source: 'prima',
              revision: 1,
              occurredAt: hour(0),
              document: { currency: 'EUR', lines: [{ sku: 'BAG-1', quantity: '2', net: 2000 }] },
            },
          ],
          fulfilments: [{ document: { fulfilmentNo: 'IF1' } }],
        },
        scend: { rejected: { length: 1 }, dispatched: [{ document: { dispatchRef: 'D-1' } }] },
        middleware: { transmissions: [{ document: { outcome: 'failed', ref: 'SC-1' } }] },
      },
      shipments: [{ dispatchRef: 'D-1', fulfilments: [{ fulfilmentNo: 'IF1' }], pairing: 'paired' }],
      matches: [
        {
          order: 'SO1',
          subject: 'SC-1',
          invoiceNo: 'INV1',
          fulfilmentNo: 'IF1',
          quantity: '2',
          state: 'matched',
        },
      ],
      drifts: [{ detector: 'order-rejected', status: 'resolved' }],
      facts: 7,
    });
    expect((await get('D-2')).json).toMatchObject({
      shipments: [{ dispatchRef: 'D-2', fulfilments: [], pairing: 'not-posted' }],
    });
  });

  it('tells what an order waits for', async () => {
    last = await service.tell('prima', salesOrder('SO4', { orderedAt: hour(20), modifiedAt: hour(20) }));
    expect((await get('SO4')).json).toMatchObject({
      waits: [{ on: 'feed:scend/order', until: hour(22) }],
      drifts: [],
    });
  });

  it('answers an order that only its channel speaks of', async () => {
    last = await service.tell('middleware', {
      id: 'm-2',
      type: 'sync.failed',
      at: hour(3),
      from: 'scayle',
      to: 'prima',
      entity: 'order',
      ref: 'SC-9',
      error: { code: 'TIMEOUT', message: 'no answer' },
      attempt: 1,
    });
    expect((await get('SC-9')).json).toMatchObject({
      order: null,
      subject: { id: 'SC-9' },
      halves: { middleware: { transmissions: { length: 1 } } },
    });
    expect((await get('SC-9/trail')).json).toMatchObject({ items: [{ key: 'm-2' }] });
  });

  it('names the candidates of an ambiguous reference, each of which its number finds', async () => {
    const answer = await get('SC-X');
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({
      code: 'reference-ambiguous',
      candidates: [{ order: 'SO2' }, { order: 'SO3' }],
    });
    expect((await get('SO3')).json).toMatchObject({ order: 'SO3' });
  });

  it.each(['SO999', '%00', 'a%2Fb', 'x'.repeat(1100)])('answers 404 for %s', async (ref) => {
    const answer = await get(ref);
    expect([answer.status, answer.json.code]).toEqual([404, 'order-unknown']);
  });

  it('tells the trail in the order in which it happened', async () => {
    const { json } = await get('SC-1/trail');
    const items = json.items as { occurredAt: string; type: string; payload: object }[];
    expect(items.map(({ type }) => type)).toEqual([
      'sync.failed',
      'SalesOrder',
      'order.rejected',
      'order.received',
      'order.dispatched',
      'ItemFulfilment',
      'Invoice',
    ]);
    expect(items[1]).toMatchObject({
      source: 'prima',
      key: 'SalesOrder/SO1',
      actor: 'test',
      encoding: 'json',
      payload: { salesOrderNo: 'SO1' },
    });
    expect(json.drifts).toMatchObject([{ detector: 'order-rejected', status: 'resolved', occurrence: 1 }]);
    expect(json.events).toMatchObject([{ type: 'opened' }, { type: 'resolved' }]);
  });

  it('tells what was known at a position, derived anew', async () => {
    const { json } = await get(`SC-1/trail?knownAt=${rejectedAt}`);
    expect((json.items as unknown[]).length).toBe(3);
    expect(json).toMatchObject({
      knownAt: rejectedAt,
      state: { scend: { rejected: { length: 1 }, dispatched: [] }, prima: { salesOrders: { length: 1 } } },
      drifts: [{ detector: 'order-rejected', status: 'open', since: rejectedAt }],
      events: [{ type: 'opened' }],
    });
    expect((await get('SC-1/trail?knownAt=0')).json).toMatchObject({ items: [], drifts: [], events: [] });
  });

  it("tells what had happened by an instant on the sources' clocks", async () => {
    const { json } = await get(`SC-1/trail?asOf=${hour(2)}`);
    expect((json.items as unknown[]).length).toBe(4);
    expect(json).toMatchObject({
      asOf: hour(2),
      state: { scend: { received: { length: 1 }, dispatched: [] } },
    });
  });

  it('derives with all facts what the projector has built', async () => {
    const now = await get('SC-1/trail');
    const refolded = await get(`SC-1/trail?knownAt=${last}`);
    expect(refolded.json.state).toEqual(now.json.state);
  });

  it('pages a trail without losing or repeating anything', async () => {
    const seen = (await service.pages('/v1/orders/SC-1/trail?limit=2')).map(({ position }) => position);
    const whole = (await get('SC-1/trail')).json.items as { position: number }[];
    expect(seen).toEqual(whole.map(({ position }) => position));
  });

  it.each([
    ['asOf=yesterday', 'asOf'],
    ['asOf=2026-10-01T08:00:00', 'asOf'],
    ['asOf=2026-02-30T08:00:00Z', 'asOf'],
    ['knownAt=-1', 'knownAt'],
    ['knownAt=1e3', 'knownAt'],
  ])('refuses %s', async (query, name) => {
    const answer = await get(`SC-1/trail?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'request-invalid', errors: [{ path: name }] });
  });

  it('reads an invoice of several orders into the state as of a position', async () => {
    const consolidated = invoice('INV9', 'SO2', [], {
      salesOrderNo: null,
      lines: ['SO2', 'SO3'].map((salesOrderNo, index) => ({
        lineNo: index + 1,
        orderLineNo: 1,
        salesOrderNo,
        itemCode: 'BAG-1',
        quantity: '2',
        uom: 'EA',
        unitPrice: '10.00',
        net: '20.00',
        tax: '3.80',
        gross: '23.80',
        taxCode: 'S',
      })),
    });
    last = await service.tell('prima', consolidated);
    const { json } = await get(`SO2/trail?knownAt=${last}`);
    expect(json).toMatchObject({
      state: { prima: { invoices: [{ document: { invoiceNo: 'INV9', lines: { length: 1 } } }] } },
    });
    expect((await get('SO2/trail')).json.state).toEqual(json.state);
  });
});
