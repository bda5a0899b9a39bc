/** Messages too large, or too many, to be kept as files. */
import { gzipSync } from 'node:zlib';

const event = (id: string, type: string, fields: object, occurredAt = '2026-11-22T10:00:00Z') =>
  JSON.stringify({
    event_id: id,
    event_type: type,
    occurred_at: occurredAt,
    client_id: 'ACME',
    warehouse: 'UK1',
    ...fields,
  });

/** A number that is read in seconds by who divides it digit by digit, and in days where it is as long as a message may be. */
export function numberOfZeros(zeros: number): string {
  const text = event('zeros', 'stock.adjusted', { sku: 'HAT-1', delta: 0, status: 'available', sequence: 1 });
  return text.replace('"delta":0', `"delta":0.${'0'.repeat(zeros)}1`);
}

/** The same version over and over, each time with other content. */
export function tellings(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      documentType: 'SalesOrder',
      salesOrderNo: 'SO-AGAIN',
      externalRef: 'SHOP-AGAIN',
      channel: `telling ${index}`,
      customerAccount: 'C7',
      currency: 'GBP',
      orderedAt: '2026-11-22T09:00:00Z',
      status: 'pending_fulfilment',
      paymentTerms: 'prepaid',
      discountCodes: [],
      lines: Array.from({ length: 20 }, (_line, no) => ({
        lineNo: no + 1,
        itemCode: `HAT-${no}`,
        quantity: String(1 + ((index + no) % 7)),
        uom: 'EA',
        unitPrice: '10.00',
        net: '10.00',
        taxCode: 'S',
        taxRate: '0.00',
        tax: '0.00',
        gross: '10.00',
        isNonStock: false,
      })),
      totals: { net: '200.00', tax: '0.00', gross: '200.00' },
      version: 1,
      modifiedAt: '2026-11-22T09:00:00Z',
    }),
  );
}

/** `{}` a line, in thousandths of its size. */
export const manyMessages = (count: number): Buffer => gzipSync('{}\n'.repeat(count), { level: 9 });

/** Nothing but ends of lines; gzip members may stand one after the other. */
export function lineEnds(bytes: number): Buffer {
  const size = 16 * 1024 * 1024;
  const member = gzipSync(Buffer.alloc(size, '\n'), { level: 9 });
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / size) }, () => member));
}

/** `skus`: over how many articles the lines are spread. */
export function manyLines(lines: number, skus: number): string {
  return event(`lines-${skus}`, 'goods.received', {
    po_ref: `PO-${skus}`,
    lines: Array.from({ length: lines }, (_, index) => ({ sku: `N${index % skus}`, qty: 1 })),
  });
}

/** Names, and words that become names, of any length. */
export const longNames: readonly string[] = [200, 201, 10_000, 1_000_000].flatMap((length) => {
  const name = 'k'.repeat(length);
  return [
    event(`key-${length}`, 'stock.adjusted', { sku: 'HAT-1', delta: 1, status: 'available', [name]: 1 }),
    event(`sku-${length}`, 'stock.adjusted', {
      sku: name,
      delta: 1,
      status: name,
      reason: name,
      sequence: 1,
    }),
    event(`statuses-${length}`, 'stock.level', {
      lines: [
        { sku: 'HAT-1', statuses: { [name]: 1 }, unlocated: 0, as_of: '2026-11-22T10:00:00Z', sequence: 2 },
      ],
    }),
    event(name, 'order.received', {
      order_ref: name,
      wh_ref: name,
      lines: [{ order_line: 1, sku: name, qty: 1 }],
    }),
    event(`type-${length}`, name, { order_ref: 'SO-1' }),
  ];
});

/** What JSON allows and few expect. */
export const oddJson: readonly string[] = [
  '{"event_id":"twice","event_id":"again","event_type":"order.cancelled","event_type":"stock.level","occurred_at":"2026-11-22T10:00:00Z"}',
  event('proto', 'stock.adjusted', { sku: 'HAT-1' }).replace(
    '{',
    '{"__proto__":{"delta":1},"constructor":{"prototype":{"polluted":1}},',
  ),
  event('deep', 'order.cancelled', { order_ref: 'SO-DEEP' }).replace(
    '{',
    `{"deep":${'['.repeat(62)}${']'.repeat(62)},`,
  ),
  `${' '.repeat(100_000)}{}`,
  '{"":{"":{"":null}}}',
];

/** What is no message, each refused by itself. */
export const unreadableBodies: readonly Buffer[] = [
  Buffer.from(`\ufeff${event('bom', 'order.cancelled', { order_ref: 'SO-BOM' })}`),
  Buffer.from('['.repeat(1_000_000)),
  Buffer.from(`{"deep":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`),
  Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0xbd, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  Buffer.from('{"a":"\u0000"}'),
];
