import { scend } from '.';
import { scendExamples as examples } from '../examples';
import { altered, factsOf, settings } from '../testing.fixture';

const at = Date.parse;
const order = { orderNo: 'SO100901', warehouse: 'UK1' };
const two = [{ orderLine: 1, sku: '563843898', quantity: 2_000_000 }];

/** [event type, event id, canonical type, business clock, body]: stated by hand from the contract. */
const expected: [string, string, string, string, object][] = [
  [
    'item.synchronised',
    'evt-1',
    'item-synchronised',
    '2026-11-18T08:10:00Z',
    { sku: '563843898', warehouse: 'UK1', baseUom: 'EA' },
  ],
  ['order.received', 'evt-2', 'warehouse-received', '2026-11-20T09:45:00Z', { ...order, lines: two }],
  [
    'order.rejected',
    'evt-3',
    'warehouse-rejected',
    '2026-11-20T09:45:00Z',
    {
      orderNo: 'SO100902',
      warehouse: 'UK1',
      reasonCode: 'UNKNOWN_SKU',
      reason: "SKU 'BAG 10157' not on file",
      lines: [{ orderLine: 1, sku: 'BAG 10157', quantity: 1_000_000 }],
    },
  ],
  [
    'order.allocated',
    'evt-4',
    'warehouse-allocated',
    '2026-11-20T09:50:00Z',
    { ...order, lines: [{ orderLine: 1, sku: '563843898', quantity: 2_000_000, short: 0 }] },
  ],
  [
    'order.cancelled',
    'evt-5',
    'warehouse-cancelled',
    '2026-11-20T10:50:00Z',
    { orderNo: 'SO100903', warehouse: 'UK1' },
  ],
  [
    'order.manifested',
    'evt-6',
    'manifested',
    '2026-11-21T13:55:00Z',
    {
      ...order,
      dispatchRef: 'SCD-889',
      carrier: 'ROYAL_MAIL',
      service: 'TRACKED24',
      cost: { amount: 390, currency: 'GBP' },
    },
  ],
  [
    'order.dispatched',
    'evt-7',
    'dispatched',
    '2026-11-21T14:00:00Z',
    {
      ...order,
      dispatchRef: 'SCD-889',
      carrier: 'ROYAL_MAIL',
      service: 'TRACKED24',
      trackingNumbers: ['RB715114139GB'],
      lines: two,
    },
  ],
  [
    'return.received',
    'evt-8',
    'return-received',
    '2026-11-28T10:00:00Z',
    {
      ...order,
      returnRef: 'R-1',
      lines: [{ sku: '563843898', quantity: 1_000_000, condition: 'resaleable', toStatus: 'available' }],
    },
  ],
  [
    'stock.adjusted',
    'evt-10',
    'stock-adjusted',
    '2026-11-20T06:30:00Z',
    {
      warehouse: 'UK1',
      sku: '563843898',
      delta: -1_000_000,
      status: 'available',
      reason: 'count',
      sequence: 8813,
    },
  ],
  [
    'transfer.dispatched',
    'evt-11',
    'transfer-dispatched',
    '2026-11-20T07:00:00Z',
    {
      transferRef: 'T-9',
      warehouse: 'UK1',
      otherWarehouse: 'UK2',
      lines: [{ sku: '563843898', quantity: 3_000_000 }],
    },
  ],
  [
    'transfer.received',
    'evt-13',
    'transfer-received',
    '2026-11-21T07:00:00Z',
    {
      transferRef: 'T-9',
      warehouse: 'UK2',
      otherWarehouse: 'UK1',
      lines: [{ sku: '563843898', quantity: 3_000_000 }],
    },
  ],
  [
    'goods.received',
    'evt-12',
    'goods-received',
    '2026-11-20T07:00:00Z',
    { poRef: 'PO-5', warehouse: 'UK1', lines: [{ sku: '563843898', quantity: 24_000_000 }] },
  ],
];

describe('scend', () => {
  it('has an expectation for every example and a mapping for every event', () => {
    const names = [...expected.map(([type]) => type), 'stock.level'].sort();
    expect(names).toEqual(Object.keys(examples).sort());
    expect(names).toEqual(scend.messages.map(({ type }) => type).sort());
  });

  it.each(expected)('translates %s', (name, key, type, clock, body) => {
    const text = examples[name]!;
    expect(factsOf(scend, text)).toEqual([{ type, doc: key, revision: 0, occurredAt: at(clock), body }]);
    expect(scend.envelope(JSON.parse(text), settings)).toEqual({ type: name, key, occurredAt: at(clock) });
  });

  it('sums what was split over parcels per order line and SKU', () => {
    const parcels = [
      { tracking_number: 'A', lines: [{ order_line: 1, sku: 'X', qty: 2 }] },
      {
        tracking_number: 'B',
        lines: [
          { order_line: 1, sku: 'X', qty: 3 },
          { order_line: 2, sku: 'X', qty: 1 },
        ],
      },
      { lines: [{ sku: 'Y', qty: 4 }] },
    ];
    const [fact] = factsOf(scend, altered(examples['order.dispatched'], 'parcels', JSON.stringify(parcels)));
    expect(fact?.body).toMatchObject({
      trackingNumbers: ['A', 'B'],
      lines: [
        { orderLine: 1, sku: 'X', quantity: 5_000_000 },
        { orderLine: 2, sku: 'X', quantity: 1_000_000 },
        { orderLine: null, sku: 'Y', quantity: 4_000_000 },
      ],
    });
  });

  describe('stock.level', () => {
    const line = (sku: string, asOf?: string) => ({
      sku,
      statuses: { available: 1 },
      as_of: asOf,
      sequence: 7,
    });
    const level = (...lines: object[]) => altered(examples['stock.level'], 'lines', JSON.stringify(lines));

    it('is one fact per SKU, each at its own clock', () => {
      expect(factsOf(scend, examples['stock.level'])).toEqual([
        {
          type: 'stock-level',
          doc: 'evt-9/563843898',
          revision: 0,
          occurredAt: at('2026-11-20T05:58:00Z'),
          body: {
            warehouse: 'UK1',
            sku: '563843898',
            statuses: [
              { status: 'allocated', quantity: 5_000_000 },
              { status: 'available', quantity: 6_000_000 },
              { status: 'in_transfer', quantity: 3_000_000 },
              { status: 'quarantine', quantity: 1_000_000 },
            ],
            unlocated: 0,
            sequence: 8812,
          },
        },
      ]);
      const facts = factsOf(scend, level(line('A', '2026-11-20T05:00:00Z'), line('B')));
      expect(facts.map(({ doc, occurredAt }) => [doc, occurredAt])).toEqual([
        ['evt-9/A', at('2026-11-20T05:00:00Z')],
        ['evt-9/B', at('2026-11-20T05:58:11Z')],
      ]);
    });

    it('speaks for its newest line', () => {
      const text = level(line('A', '2026-11-20T05:00:00Z'), line('B', '2026-11-20T05:30:00Z'), line('C'));
      expect(scend.envelope(JSON.parse(text), settings).occurredAt).toBe(at('2026-11-20T05:30:00Z'));
      expect(scend.envelope(JSON.parse(level(line('A'))), settings).occurredAt).toBe(
        at('2026-11-20T05:58:11Z'),
      );
    });
  });

  it('has the word before the dot as stream', () => {
    expect(scend.streamOf('stock.level')).toBe('stock');
    expect(scend.streamOf(null)).toBe('unknown');
  });
});
