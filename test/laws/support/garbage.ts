/** What a source may send by mistake or by malice. */
import fc from 'fast-check';
import type { Message } from './house';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    '\u202e',
    '__proto__',
    'constructor',
    '1e999',
    '-1',
    '{',
    '\\',
    'x'.repeat(5_000),
  ),
);
const number = fc.constantFrom(
  '1e999',
  '-0',
  '123456789012345678901234567890',
  '0.1234567890123456789',
  '1e-400',
  '99999999999999999',
);

/** The text of any JSON value, also with numbers that no double holds. */
const json = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'json' },
    fc.constantFrom('null', 'true', '[]', '{}'),
    number,
    text.map((value) => JSON.stringify(value)),
    fc.array(tie('value'), { maxLength: 4, depthIdentifier: 'json' }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(text, tie('value')), { maxLength: 4, depthIdentifier: 'json' })
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(', ')}}`),
  ),
})).value;

const types: Record<string, readonly string[]> = {
  prima: [
    '"documentType":"SalesOrder"',
    '"documentType":"Invoice"',
    '"documentType":"Nonsense"',
    '"documentType":7',
  ],
  scend: [
    '"event_type":"order.dispatched"',
    '"event_type":"stock.level"',
    '"event_type":"no.such"',
    '"event_type":null',
  ],
  middleware: ['"type":"sync.failed"', '"type":"feed.heartbeat"', '"type":"nothing"', '"type":{}'],
};
const keys: Record<string, readonly string[]> = {
  prima: ['salesOrderNo', 'invoiceNo', 'lines', 'version', 'modifiedAt', 'orderedAt', 'currency', 'totals'],
  scend: ['event_id', 'occurred_at', 'order_ref', 'lines', 'parcels', 'warehouse', 'sku'],
  middleware: ['id', 'at', 'source', 'as_of', 'ref', 'entity', 'from', 'error'],
};

/** Objects that look like messages of this source and mean nothing. */
export function garbage(source: string): fc.Arbitrary<Message> {
  const fields = fc.array(fc.tuple(fc.constantFrom(...(keys[source] ?? ['id'])), json), { maxLength: 6 });
  return fc.tuple(fc.constantFrom('', ...(types[source] ?? [])), fields).map(([type, members]) => {
    const all = [
      ...(type === '' ? [] : [type]),
      ...members.map(([name, value]) => `${JSON.stringify(name)}:${value}`),
    ];
    return { source, body: `{${all.join(',')}}` };
  });
}

/** Of which JSON does not allow, or of which the bytes are no text, or which are no object. */
export const unreadableBodies: fc.Arbitrary<string | Buffer> = fc.oneof(
  fc.constantFrom(
    '{"a":1',
    '{"a":01}',
    "{'a':1}",
    '{"a":NaN}',
    '{"a":1}{"b":2}',
    '[1]',
    '"text"',
    '{"a":"\u0001"}',
    `${'{"a":'.repeat(80)}1${'}'.repeat(80)}`,
  ),
  fc
    .uint8Array({ minLength: 1, maxLength: 60 })
    .map((bytes) => Buffer.concat([Buffer.from('{"a":"'), bytes, Buffer.from([0xff])])),
);
