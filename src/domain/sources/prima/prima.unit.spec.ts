import { prima } from '.';
import { primaExamples as examples } from '../examples';
import { altered, factsOf, settings } from '../testing.fixture';

const at = Date.parse;

/** [example, key, canonical type, revision, business clock, body]: stated by hand from the contract. */
const expected: [string, string, string, number, string, object][] = [
  [
    'SalesOrder',
    'SalesOrder/SO100901',
    'sales-order',
    1,
    '2026-11-20T09:40:00Z',
    {
      orderNo: 'SO100901',
      externalRef: 'SC-100901',
      channel: 'scayle',
      customer: 'C00001',
      currency: 'EUR',
      status: 'pending_fulfilment',
      modifiedAt: at('2026-11-20T09:40:01Z'),
      paymentTerms: 'prepaid',
      discountCodes: [],
      lines: [
        {
          lineNo: 1,
          sku: '563843898',
          quantity: 2_000_000,
          uom: 'EA',
          unitPrice: 1000,
          net: 2000,
          tax: 380,
          gross: 2380,
          taxCode: 'DE-S',
          nonStock: false,
        },
        {
          lineNo: 2,
          sku: 'DELIVERY',
          quantity: 1_000_000,
          uom: 'EA',
          unitPrice: 168,
          net: 168,
          tax: 32,
          gross: 200,
          taxCode: 'DE-S',
          nonStock: true,
        },
      ],
      totals: { net: 2168, tax: 412, gross: 2580 },
    },
  ],
  [
    'ItemFulfilment',
    'ItemFulfilment/IF0004711',
    'fulfilment',
    1,
    '2026-11-21T14:05:00Z',
    {
      fulfilmentNo: 'IF0004711',
      orderNo: 'SO100901',
      status: 'shipped',
      warehouse: 'UK1',
      dispatchRef: 'SCD-889',
      trackingNumbers: ['RB715114139GB'],
      carrier: 'ROYAL_MAIL',
      service: 'TRACKED24',
      carrierCost: { amount: 390, currency: 'GBP' },
      lines: [{ lineNo: 1, sku: '563843898', quantity: 2_000_000, uom: 'EA' }],
    },
  ],
  [
    'Invoice',
    'Invoice/INV000900',
    'invoice',
    1,
    '2026-11-21T18:00:00Z',
    {
      invoiceNo: 'INV000900',
      orderNo: 'SO100901',
      fulfilmentNos: ['IF0004711'],
      customer: 'C00001',
      currency: 'EUR',
      lines: [
        {
          lineNo: 1,
          orderLineNo: 1,
          orderNo: null,
          sku: '563843898',
          quantity: 2_000_000,
          uom: 'EA',
          unitPrice: 1000,
          net: 2000,
          tax: 380,
          gross: 2380,
          taxCode: 'DE-S',
        },
        {
          lineNo: 2,
          orderLineNo: 2,
          orderNo: null,
          sku: 'DELIVERY',
          quantity: 1_000_000,
          uom: 'EA',
          unitPrice: 168,
          net: 168,
          tax: 32,
          gross: 200,
          taxCode: 'DE-S',
        },
      ],
      totals: { net: 2168, tax: 412, gross: 2580 },
    },
  ],
  [
    'CreditNote',
    'CreditNote/CN000310',
    'credit-note',
    1,
    '2026-11-29T09:00:00Z',
    {
      creditNoteNo: 'CN000310',
      invoiceNo: 'INV000900',
      orderNo: 'SO100901',
      returnRef: 'R-1',
      currency: 'EUR',
      reason: 'RETURN',
      lines: [
        {
          lineNo: 1,
          sku: '563843898',
          quantity: 1_000_000,
          uom: 'EA',
          unitPrice: null,
          net: 1000,
          tax: 190,
          gross: 1190,
          taxCode: 'DE-S',
        },
      ],
      totals: { net: 1000, tax: 190, gross: 1190 },
    },
  ],
  [
    'RefundRequest',
    'RefundRequest/RF0042',
    'refund-request',
    1,
    '2026-11-28T11:00:00Z',
    {
      refundNo: 'RF0042',
      orderNo: 'SO100901',
      returnRef: 'R-1',
      currency: 'EUR',
      amount: 1190,
      items: [{ sku: '563843898', quantity: 1_000_000, amount: 1190 }],
    },
  ],
  [
    'StockBalance',
    'StockBalance/UK1/563843898',
    'stock-balance',
    118,
    '2026-11-20T06:00:00Z',
    {
      warehouse: 'UK1',
      sku: '563843898',
      uom: 'EA',
      physical: 12_000_000,
      allocated: 5_000_000,
      quarantined: 1_000_000,
      inTransit: 3_000_000,
      unitCost: { amount: 420, currency: 'EUR' },
      bookValue: { amount: 5040, currency: 'EUR' },
    },
  ],
  [
    'StockReservation',
    'StockReservation/RS9',
    'stock-reservation',
    1,
    '2026-11-20T09:18:30Z',
    {
      reservationNo: 'RS9',
      externalRef: 'SC-100901',
      trigger: 'basket',
      warehouse: 'UK1',
      sku: '563843898',
      quantity: 2_000_000,
    },
  ],
  [
    'Item',
    'Item/563843898',
    'item',
    3,
    '2026-11-18T08:00:00Z',
    {
      sku: '563843898',
      description: 'Weekend bag',
      status: 'active',
      stockManaged: true,
      baseUom: 'EA',
      uoms: [
        { uom: 'EA', factor: 1_000_000 },
        { uom: 'CASE', factor: 12_000_000 },
        { uom: 'PALLET', factor: 480_000_000 },
      ],
      taxCode: 'S',
    },
  ],
  [
    'BillOfMaterials',
    'BillOfMaterials/KIT-1',
    'bill-of-materials',
    2,
    '2026-11-18T08:00:00Z',
    {
      parent: 'KIT-1',
      components: [
        { sku: 'STRAP-1', quantity: 1_000_000 },
        { sku: 'BODY-1', quantity: 1_000_000 },
      ],
      explodeAt: 'order',
    },
  ],
  [
    'PriceList',
    'PriceList/RETAIL/GBP/563843898/EA/2026-11-01T00:00:00Z',
    'price',
    1,
    '2026-11-01T00:00:00Z',
    {
      priceList: 'RETAIL',
      currency: 'GBP',
      sku: '563843898',
      uom: 'EA',
      unitPrice: 8900,
      taxIncluded: true,
      validFrom: at('2026-11-01T00:00:00Z'),
    },
  ],
  [
    'Customer',
    'Customer/C00001',
    'customer',
    4,
    '2026-11-20T08:00:01Z',
    { customer: 'C00001', name: 'Ada Lovelace', paymentTerms: 'prepaid', priceList: 'RETAIL' },
  ],
  [
    'TaxCode',
    'TaxCode/DE-S',
    'tax-code',
    1,
    '2021-01-01T00:00:00Z',
    { taxCode: 'DE-S', country: 'DE', rate: 19_000_000, validFrom: at('2021-01-01T00:00:00Z') },
  ],
  [
    'StockJournal',
    'StockJournal/SJ55',
    'stock-journal',
    1,
    '2026-11-20T06:30:00Z',
    {
      journalNo: 'SJ55',
      warehouse: 'UK1',
      sku: '563843898',
      quantity: -1_000_000,
      reason: 'count',
      reference: null,
      value: { amount: -420, currency: 'EUR' },
    },
  ],
];

describe('prima', () => {
  it('has an expectation for every example and a mapping for every document', () => {
    const names = expected.map(([name]) => name);
    expect(names).toEqual(Object.keys(examples));
    expect(names.sort()).toEqual(prima.messages.map(({ type }) => type).sort());
  });

  it.each(expected)('translates %s', (name, key, type, revision, clock, body) => {
    const text = examples[name]!;
    expect(factsOf(prima, text)).toEqual([{ type, doc: key, revision, occurredAt: at(clock), body }]);
    expect(prima.envelope(JSON.parse(text), settings)).toEqual({ type: name, key, occurredAt: at(clock) });
  });

  it('takes what may be absent as null, whether it is missing, null or empty', () => {
    const orderBody = { externalRef: null, channel: null };
    for (const raw of [undefined, 'null', '""']) {
      const order = altered(altered(examples.SalesOrder, 'externalRef', raw), 'channel', raw);
      expect(factsOf(prima, order)[0]?.body).toMatchObject(orderBody);
    }
    for (const raw of [undefined, 'null']) {
      expect(factsOf(prima, altered(examples.SalesOrder, 'totals', raw))[0]?.body).toMatchObject({
        totals: null,
      });
      const refund = altered(altered(examples.RefundRequest, 'amount', raw), 'refund_items', raw);
      expect(factsOf(prima, refund)[0]?.body).toMatchObject({ amount: null, items: null });
      const fulfilment = altered(examples.ItemFulfilment, 'carrierCost', raw);
      expect(factsOf(prima, fulfilment)[0]?.body).toMatchObject({ carrierCost: null });
    }
  });

  it('reads money by its currency and quantities to a millionth', () => {
    const yen = altered(examples.PriceList, 'currency', '"JPY"');
    expect(factsOf(prima, altered(yen, 'unitPrice', '"89"'))[0]?.body).toMatchObject({ unitPrice: 89 });
    const dinar = altered(examples.PriceList, 'currency', '"KWD"');
    expect(factsOf(prima, altered(dinar, 'unitPrice', '"1.234"'))[0]?.body).toMatchObject({
      unitPrice: 1234,
    });
    const padded = altered(examples.PriceList, 'unitPrice', '"10.000"');
    expect(factsOf(prima, padded)[0]?.body).toMatchObject({ unitPrice: 1000 });
    for (const raw of ['0.1', '"0.1"', '"0.100000"']) {
      const journal = altered(examples.StockJournal, 'quantity', raw);
      expect(factsOf(prima, journal)[0]?.body).toMatchObject({ quantity: 100_000 });
    }
  });

  it('accepts stock below zero, where it is a fact and not a fault', () => {
    const text = altered(examples.StockBalance, 'physical', '"-3"');
    expect(factsOf(prima, text)[0]?.body).toMatchObject({ physical: -3_000_000 });
  });

  it('accepts an empty list of lines and ten thousand lines', () => {
    expect(factsOf(prima, altered(examples.SalesOrder, 'lines', '[]'))[0]?.body).toMatchObject({ lines: [] });
    const line = JSON.stringify((JSON.parse(examples.SalesOrder!) as { lines: unknown[] }).lines[0]);
    const lines = Array.from({ length: 10_000 }, (_, i) => line.replace('"lineNo":1', `"lineNo":${i}`));
    const [fact] = factsOf(prima, altered(examples.SalesOrder, 'lines', `[${lines.join()}]`));
    expect(fact?.body).toMatchObject({ lines: { length: 10_000 } });
  });

  it('dates a document without its own clock by modifiedAt', () => {
    const text = altered(examples.ItemFulfilment, 'shippedAt', 'null');
    expect(factsOf(prima, text)[0]?.occurredAt).toBe(at('2026-11-21T14:06:10Z'));
  });

  it('reads a clock without a zone in the zone of the source', () => {
    const text = altered(examples.SalesOrder, 'orderedAt', '"2026-11-20T09:40:00"');
    const berlin = { ...settings, timeZone: 'Europe/Berlin' };
    expect(factsOf(prima, text, berlin)[0]?.occurredAt).toBe(at('2026-11-20T08:40:00Z'));
    expect(prima.envelope(JSON.parse(text), berlin).occurredAt).toBe(at('2026-11-20T08:40:00Z'));
  });

  it('gives two different composite keys two different texts', () => {
    const one = altered(altered(examples.StockBalance, 'warehouse', '"A/B"'), 'itemCode', '"C"');
    const two = altered(altered(examples.StockBalance, 'warehouse', '"A"'), 'itemCode', '"B/C"');
    expect(prima.envelope(JSON.parse(one), settings).key).toBe('StockBalance/A%2FB/C');
    expect(prima.envelope(JSON.parse(two), settings).key).toBe('StockBalance/A/B%2FC');
  });

  it('cuts prose that is too long or cannot be stored, and does not refuse the document for it', () => {
    const long = altered(
      examples.Item,
      'description',
      JSON.stringify(`a\u0000\ud800${'x'.repeat(1_000_000)}`),
    );
    expect(factsOf(prima, long)[0]?.body).toMatchObject({ description: `a\ufffd\ufffd${'x'.repeat(1997)}` });
  });

  it('has the document type as stream', () => {
    expect(prima.streamOf('SalesOrder')).toBe('SalesOrder');
    expect(prima.streamOf(null)).toBe('unknown');
  });
});
