import { primaExamples, scendExamples, middlewareExamples } from './examples';
import { readJson } from './json';
import { middleware } from './middleware';
import { prima } from './prima';
import { scend } from './scend';
import { altered, settings, translateText } from './testing.fixture';

const order = primaExamples.SalesOrder;
const level = scendExamples['stock.level'];
const long = JSON.stringify('x'.repeat(600));

/** [what, document, place, JSON text put there (none: removed), path named, part of the reason] */
const primaCases: [string, string, string, string | undefined, string | null, string][] = [
  ['no type', 'SalesOrder', 'documentType', undefined, 'documentType', 'required'],
  ['a type that is no text', 'SalesOrder', 'documentType', '7', 'documentType', 'text'],
  ['no key', 'SalesOrder', 'salesOrderNo', undefined, 'salesOrderNo', 'required'],
  ['an empty key', 'SalesOrder', 'salesOrderNo', '""', 'salesOrderNo', 'empty'],
  ['a numeric key', 'SalesOrder', 'salesOrderNo', '100901', 'salesOrderNo', 'text'],
  ['NUL in a key', 'SalesOrder', 'salesOrderNo', '"SO\\u00001"', 'salesOrderNo', 'printable'],
  ['half a surrogate pair in a key', 'SalesOrder', 'salesOrderNo', '"\\ud800"', 'salesOrderNo', 'printable'],
  ['a key of 600 characters', 'SalesOrder', 'salesOrderNo', long, 'salesOrderNo', '200'],
  ['a reserved name as key', 'SalesOrder', 'salesOrderNo', '"__proto__"', 'salesOrderNo', 'printable'],
  ['a missing part of a key', 'StockBalance', 'warehouse', 'null', 'warehouse', 'required'],
  ['a time in words', 'SalesOrder', 'orderedAt', '"yesterday"', 'orderedAt', 'RFC 3339'],
  ['a day that is not', 'SalesOrder', 'orderedAt', '"2026-02-30T00:00:00Z"', 'orderedAt', 'RFC 3339'],
  ['a time as number', 'SalesOrder', 'orderedAt', '1795165200', 'orderedAt', 'RFC 3339'],
  ['no time', 'Item', 'modifiedAt', undefined, 'modifiedAt', 'required'],
  [
    'a clock before 2000',
    'SalesOrder',
    'orderedAt',
    '"1999-12-31T23:59:59Z"',
    'orderedAt',
    'clock-before-2000',
  ],
  ['quantity in words', 'SalesOrder', 'lines.1.quantity', '"two"', 'lines[1].quantity', 'decimal number'],
  ['no quantity', 'SalesOrder', 'lines.1.quantity', undefined, 'lines[1].quantity', 'required'],
  [
    'a hexadecimal quantity',
    'SalesOrder',
    'lines.1.quantity',
    '"0x10"',
    'lines[1].quantity',
    'decimal number',
  ],
  ['a quantity with spaces', 'SalesOrder', 'lines.1.quantity', '" 1"', 'lines[1].quantity', 'decimal number'],
  ['an infinite quantity', 'SalesOrder', 'lines.1.quantity', '1e999', 'lines[1].quantity', 'decimal number'],
  [
    '20 digits',
    'SalesOrder',
    'lines.1.quantity',
    '12345678901234567890',
    'lines[1].quantity',
    'decimal number',
  ],
  [
    '20 digits as text',
    'SalesOrder',
    'lines.1.net',
    '"12345678901234567890"',
    'lines[1].net',
    'decimal number',
  ],
  ['16 digits', 'SalesOrder', 'lines.1.net', '0.1234567890123456', 'lines[1].net', 'decimal number'],
  ['a list for an amount', 'SalesOrder', 'lines.1.net', '["1"]', 'lines[1].net', 'decimal number'],
  ['a negative order line', 'SalesOrder', 'lines.0.quantity', '"-1"', 'lines[0].quantity', 'negative'],
  ['a negative fulfilment', 'ItemFulfilment', 'lines.0.quantity', '"-1"', 'lines[0].quantity', 'negative'],
  ['a negative invoice line', 'Invoice', 'lines.0.quantity', '"-1"', 'lines[0].quantity', 'negative'],
  ['a negative credit line', 'CreditNote', 'lines.0.quantity', '-1', 'lines[0].quantity', 'negative'],
  ['three decimals', 'SalesOrder', 'lines.0.net', '"20.005"', 'lines[0].net', 'at most 2 decimals (EUR)'],
  [
    'decimals of a yen',
    'StockBalance',
    'unitCost',
    '{"amount":"4.2","currency":"JPY"}',
    'unitCost.amount',
    'JPY',
  ],
  ['seven decimals', 'StockJournal', 'quantity', '"0.1234567"', 'quantity', '6 of them after the point'],
  ['no currency', 'SalesOrder', 'currency', undefined, 'currency', 'required'],
  ['an unknown currency', 'SalesOrder', 'currency', '"XYZ"', 'currency', 'ISO 4217'],
  ['a lower-case currency', 'SalesOrder', 'currency', '"eur"', 'currency', 'ISO 4217'],
  [
    'money without currency',
    'ItemFulfilment',
    'carrierCost',
    '{"amount":"1"}',
    'carrierCost.currency',
    'ISO 4217',
  ],
  ['lines that are no list', 'SalesOrder', 'lines', '{}', 'lines', 'array'],
  ['no lines', 'SalesOrder', 'lines', undefined, 'lines', 'required'],
  ['a line that is no object', 'SalesOrder', 'lines.0', 'null', 'lines[0]', 'object'],
  ['two lines of one number', 'SalesOrder', 'lines.1.lineNo', '1', 'lines[1]', 'repeats lines[0]'],
  ['a fractional line number', 'SalesOrder', 'lines.1.lineNo', '1.5', 'lines[1].lineNo', 'integer'],
  [
    'a line number of 20 digits',
    'SalesOrder',
    'lines.1.lineNo',
    '12345678901234567890',
    'lines[1].lineNo',
    '15',
  ],
  ['an infinite version', 'SalesOrder', 'version', '1e999', 'version', '15'],
  ['a negative version', 'SalesOrder', 'version', '-1', 'version', 'non-negative'],
  ['a status of 1 MB', 'SalesOrder', 'status', JSON.stringify('x'.repeat(1_000_000)), 'status', '2000'],
  ['NUL in a status', 'SalesOrder', 'status', '"a\\u0000"', 'status', 'printable'],
  ['half of the totals', 'SalesOrder', 'totals', '{"net":"1","gross":"1"}', 'totals.tax', 'required'],
  ['a bad tracking number', 'ItemFulfilment', 'trackingNumbers', '["a",""]', 'trackingNumbers[1]', 'empty'],
  [
    'a unit twice',
    'Item',
    'uoms',
    '[{"uom":"EA","factor":"1"},{"uom":"ea","factor":"2"}]',
    'uoms[1]',
    'repeats',
  ],
  ['a unit of nothing', 'Item', 'uoms', '[{"uom":"EA","factor":"0"}]', 'uoms[0].factor', 'zero'],
  ['an unknown moment of explosion', 'BillOfMaterials', 'explodeAt', '"never"', 'explodeAt', 'Invalid'],
];

describe('messages that are refused name the place and the reason', () => {
  it.each(primaCases)('%s', (_what, document, place, raw, path, reason) => {
    const text = altered(primaExamples[document], place, raw);
    expect(translateText(prima, text)).toEqual({
      ok: false,
      code: 'message-invalid',
      path,
      reason: expect.stringContaining(reason) as string,
    });
  });

  it.each([
    ['a SKU counted twice', 'stock.level', 'lines', twice(level), 'lines[1]', 'repeats'],
    [
      'a status counted in words',
      'stock.level',
      'lines.0.statuses.available',
      '"6"',
      'lines[0].statuses.available',
      'integer',
    ],
    [
      'half a piece',
      'stock.level',
      'lines.0.statuses.available',
      '0.5',
      'lines[0].statuses.available',
      'integer',
    ],
    [
      'no piece at all',
      'stock.level',
      'lines.0.statuses.available',
      '1e999',
      'lines[0].statuses.available',
      'integer',
    ],
    [
      'a status with a reserved name',
      'stock.level',
      'lines.0.statuses',
      '{"__proto__":3}',
      'lines[0].statuses',
      'printable',
    ],
    ['statuses in a list', 'stock.level', 'lines.0.statuses', '[1]', 'lines[0].statuses', 'object'],
    ['a bad clock on a line', 'stock.level', 'lines.0.as_of', '"noon"', 'lines[0].as_of', 'RFC 3339'],
    [
      'an old clock on a line',
      'stock.level',
      'lines.0.as_of',
      '"1970-01-01T00:00:00Z"',
      'lines[0].as_of',
      'clock-before-2000',
    ],
    [
      'a negative quantity',
      'order.dispatched',
      'parcels.0.lines.0.qty',
      '-2',
      'parcels[0].lines[0].qty',
      'negative',
    ],
    ['too many pieces to count', 'goods.received', 'lines.0.qty', '1000000000', 'lines[0].qty', '9 digits'],
    ['a quantity as text', 'goods.received', 'lines.0.qty', '"24"', 'lines[0].qty', 'number'],
    [
      'an order line twice',
      'order.received',
      'lines',
      twice(scendExamples['order.received']),
      'lines[1]',
      'repeats',
    ],
    ['no event id', 'order.received', 'event_id', undefined, 'event_id', 'required'],
    ['no parcels', 'order.dispatched', 'parcels', undefined, 'parcels', 'required'],
  ])('scend: %s', (_what, event, place, raw, path, reason) => {
    expect(translateText(scend, altered(scendExamples[event], place, raw))).toMatchObject({
      code: 'message-invalid',
      path,
      reason: expect.stringContaining(reason) as string,
    });
  });

  it.each([
    ['a heartbeat without as_of', 'feed.heartbeat', 'as_of', undefined, 'as_of', 'required'],
    ['a heartbeat at no time', 'feed.heartbeat', 'at', '"now"', 'at', 'RFC 3339'],
    ['a count below zero', 'feed.heartbeat', 'row_count', '-1', 'row_count', 'non-negative'],
    ['a failure of nothing', 'sync.failed', 'ref', 'null', 'ref', 'must be string, and is null'],
    ['an empty SKU', 'bulk.completed', 'skus', '["A",""]', 'skus[1]', 'empty'],
  ])('middleware: %s', (_what, type, place, raw, path, reason) => {
    expect(translateText(middleware, altered(middlewareExamples[type], place, raw))).toMatchObject({
      code: 'message-invalid',
      path,
      reason: expect.stringContaining(reason) as string,
    });
  });

  it('calls a type that no mapping handles unmapped, and keeps what its envelope says', () => {
    const text = altered(scendExamples['order.received'], 'event_type', '"order.picked"');
    expect(translateText(scend, text)).toMatchObject({ code: 'message-unmapped', path: 'event_type' });
    expect(scend.envelope(readJson(text), settings)).toMatchObject({ type: 'order.picked', key: 'evt-2' });
    const quote = altered(order, 'documentType', '"Quotation"');
    expect(translateText(prima, quote)).toMatchObject({ code: 'message-unmapped', path: 'documentType' });
    expect(prima.envelope(readJson(quote), settings)).toEqual({
      type: 'Quotation',
      key: null,
      occurredAt: Date.parse('2026-11-20T09:40:01Z'),
    });
  });

  it.each(['null', '7', '"text"', '[]', 'true', '{}', '1e999'])('refuses %s as a message', (text) => {
    for (const kind of [prima, scend, middleware]) {
      expect(translateText(kind, text)).toMatchObject({ ok: false, code: 'message-invalid' });
      expect(kind.envelope(readJson(text), settings)).toEqual({ type: null, key: null, occurredAt: null });
    }
  });

  it('says nothing in an envelope that it could not read', () => {
    const unreadable = altered(altered(order, 'salesOrderNo', long), 'orderedAt', '"noon"');
    expect(prima.envelope(readJson(unreadable), settings)).toEqual({
      type: 'SalesOrder',
      key: null,
      occurredAt: null,
    });
  });

  it('never quotes what a message holds', () => {
    const result = translateText(prima, altered(order, 'currency', '"secret"'));
    expect(JSON.stringify(result)).not.toContain('secret');
  });
});

describe('messages that look odd and are harmless', () => {
  const plain = translateText(prima, order!);

  it.each([
    ['a field of ours that is nobody’s', '"__proto__":{"documentType":"Invoice","lines":null},'],
    ['a constructor', '"constructor":{"prototype":{"x":1}},'],
    ['a number beyond 15 digits that nobody reads', '"pspReference":8835511210681324999,'],
    ['an infinite number that nobody reads', '"ignored":{"deep":[1e999]},'],
    ['deep nesting that nobody reads', `"deep":${'['.repeat(50_000)}${']'.repeat(50_000)},`],
    ['deep nesting with a long number in it', `"deep":${'['.repeat(50_000)}1e999${']'.repeat(50_000)},`],
    ['a string of 1 MB', `"memo":"${'x'.repeat(1_000_000)}",`],
  ])('%s', (_what, field) => {
    expect(translateText(prima, order!.replace('{', `{${field}`))).toEqual(plain);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('does not inherit a type from __proto__', () => {
    const text = '{"__proto__":{"documentType":"SalesOrder","salesOrderNo":"SO1"},"a":1e999}';
    expect(prima.envelope(readJson(text), settings).type).toBeNull();
  });
});

function twice(text: string | undefined): string {
  const [line] = (JSON.parse(text ?? '') as { lines: unknown[] }).lines;
  return JSON.stringify([line, line]);
}
