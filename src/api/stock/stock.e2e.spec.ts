import { type Service, startService } from '../../../test/api/service';
import { settled } from '../../../test/support/settled';
import {
  customer,
  dispatched,
  fulfilment,
  hour,
  invoice,
  item,
  salesOrder,
  stockBalance,
  stockLevel,
  synchronised,
} from '../../../test/api/story';

describe('stock, products, customers and matches over HTTP', () => {
  let service: Service;
  let last: number;

  beforeAll(async () => {
    service = await startService();
    const { tell } = service;
    await tell('prima', item('BAG-1'), customer(), salesOrder('SO1'), salesOrder('SO2'), salesOrder('SO3'));
    await tell('scend', synchronised('BAG-1'), stockLevel('BAG-1', 7));
    await tell('prima', stockBalance('BAG-1', '10'));
    await tell('scend', dispatched('SO1', 'D-1'), dispatched('SO2', 'D-2'));
    last = await tell(
      'prima',
      fulfilment('IF2', 'SO2', 'D-2'),
      fulfilment('IF3', 'SO3', null),
      invoice('INV3', 'SO3', []),
      { ...invoice('INV2', 'SO2', ['IF2']), lines: [] },
    );
  });
  afterAll(() => service.close());

  const get = (path: string) =>
    service.get(`/v1/${path}${path.includes('?') ? '&' : '?'}minPosition=${last}`);

  it('tells both positions, what is in flight and what nothing explains', async () => {
    const { json } = await get('stock/BAG-1');
    expect(json).toMatchObject({
      sku: 'BAG-1',
      warehouses: [
        {
          warehouse: 'UK1',
          scend: {
            position: { physical: '3', free: '7', fromAt: hour(0) },
            lastCount: { document: { statuses: [{ status: 'available', quantity: '7' }] } },
          },
          prima: {
            position: { physical: '6', free: '10' },
            lastBalance: { document: { physical: '10', allocated: '0' } },
          },
          difference: { physical: '-3', free: '-3' },
          inFlight: expect.any(Array) as unknown[],
          unexplained: expect.any(Object) as object,
          drifts: [{ detector: 'stock-mismatch', status: 'open' }],
        },
      ],
    });
  });

  it('explains the difference step by step', async () => {
    const { json } = await get('stock/BAG-1/explain');
    const [{ steps, ...warehouse }] = json.warehouses as [{ steps: Record<string, unknown>[] }];
    expect(warehouse).toMatchObject({
      warehouse: 'UK1',
      missing: null,
      book: { physical: '10', free: '10', uom: 'EA' },
      counted: { physical: '7', free: '7', uom: null },
      difference: { physical: '3', free: '3' },
      unexplained: { physical: '1', free: '3' },
    });
    const moved = steps.filter(({ physical, free }) => physical !== '0' || free !== '0');
    // Of two orders that left the warehouse the books have posted one; what they posted otherwise explains nothing.
    expect(moved).toMatchObject([{ reason: 'dispatched-not-posted', physical: '2', free: '0' }]);
    const cutOff = steps.find(({ reason }) => reason === 'cut-off');
    expect(cutOff?.facts).toHaveLength(4);
  });

  it('tells the trail of a SKU, newest first, in pages', async () => {
    const first = await get('stock/BAG-1/trail?limit=3');
    const second = await get(`stock/BAG-1/trail?limit=500&cursor=${String(first.json.nextCursor)}`);
    const positions = [first, second].flatMap(({ json }) =>
      (json.items as { position: number }[]).map(({ position }) => position),
    );
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => b - a));
    expect(positions.length).toBeGreaterThan(5);
    expect(second.json.nextCursor).toBeNull();
  });

  it('reaches into the chunks of a SKU with many facts', async () => {
    for (let i = 0; i < 3; i++) {
      const journals = Array.from({ length: 200 }, (_, index) => ({
        documentType: 'StockJournal',
        journalNo: `SJ-${i}-${index}`,
        warehouse: `W${index % 2}`,
        itemCode: 'HOT',
        quantity: '1',
        reason: 'count',
        reference: null,
        postedAt: hour(1),
        version: 1,
        modifiedAt: hour(1),
      }));
      last = await service.tell('prima', ...journals);
    }
    const trail = await service.pages(`/v1/stock/HOT/trail?minPosition=${last}&limit=70`);
    const seen = trail.map(({ position }) => position);
    expect(seen).toEqual(Array.from({ length: 600 }, (_, index) => last - index));
  });

  it('tells a product and a customer', async () => {
    expect((await get('products/BAG-1')).json).toMatchObject({
      sku: 'BAG-1',
      prima: { items: [{ document: { description: 'Weekend bag', uoms: [{ uom: 'EA', factor: '1' }] } }] },
      scend: { synchronised: { length: 1 } },
      partOf: [],
    });
    expect((await get('customers/C00001')).json).toMatchObject({
      account: 'C00001',
      prima: { customers: [{ document: { name: 'Ada Lovelace' } }] },
    });
  });

  it.each([
    ['stock/NONE', 'sku-unknown'],
    ['stock/NONE/trail', 'sku-unknown'],
    ['stock/%00', 'sku-unknown'],
    ['products/NONE', 'product-unknown'],
    ['products/%00', 'product-unknown'],
    ['customers/NONE', 'customer-unknown'],
    ['matches?order=NONE', 'order-unknown'],
  ])('answers 404 for %s', async (path, code) => {
    const answer = await get(path);
    expect([answer.status, answer.json.code]).toEqual([404, code]);
  });

  it('tells fulfilment against invoice', async () => {
    expect((await get('matches')).json.items).toEqual([
      expect.objectContaining({ order: 'SO2', fulfilmentNo: 'IF2', invoiceNo: null, state: 'not-invoiced' }),
      expect.objectContaining({ order: 'SO3', fulfilmentNo: 'IF3', invoiceNo: 'INV3', state: 'matched' }),
    ]);
    expect((await get('matches?state=matched')).json.items).toHaveLength(1);
    expect((await get('matches?order=IF2')).json.items).toMatchObject([{ subject: 'SC-2' }]);
    expect((await get('matches?order=SO1')).json.items).toEqual([]);
  });

  it('pages matches, also within one order', async () => {
    const lines = [1, 2, 3].map((lineNo) => ({ lineNo, itemCode: 'BAG-1', quantity: '1', uom: 'EA' }));
    last = await service.tell('prima', salesOrder('SO9'), fulfilment('IF9', 'SO9', null, { lines }));
    const seen = await service.pages(`/v1/matches?minPosition=${last}&limit=2`);
    expect(seen).toEqual((await get('matches')).json.items);
    expect(seen).toHaveLength(5);
  });

  it("knows a SKU by a source's word for it, as the mapping that is in force has it", async () => {
    const aliases = [
      { source: 'scend', from: 'BAG 1', to: 'BAG-OLD', validTo: '2026-01-01' },
      { from: 'BAG-OLD', to: 'BAG-1' },
    ];
    await service.put('/v1/mappings/sku-aliases', { entries: aliases });
    expect((await get('stock/BAG%201')).json.code).toBe('sku-unknown');
    const { id } = (await service.post('/v1/replays', { mapping: 'draft' })).json as { id: number };
    await settled(async () => (await service.get(`/v1/replays/${id}`)).json.status === 'ready');
    await service.post(`/v1/replays/${id}/promote`);
    expect((await get('stock/BAG%201')).json).toMatchObject({ sku: 'BAG-1', warehouses: [{ sku: 'BAG-1' }] });
    expect((await get('stock/BAG%201/trail')).json.items).not.toEqual([]);
  });
});
