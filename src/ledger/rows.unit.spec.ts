import fc from 'fast-check';
import { FactRows } from './rows';

const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const trailer = Buffer.from([0xff, 0xff]);

function encode(rows: (Buffer | null)[][]): Buffer {
  const parts: Buffer[] = [header];
  for (const row of rows) {
    const count = Buffer.alloc(2);
    count.writeInt16BE(row.length);
    parts.push(count);
    for (const field of row) {
      const length = Buffer.alloc(4);
      length.writeInt32BE(field?.length ?? -1);
      parts.push(length, field ?? Buffer.alloc(0));
    }
  }
  return Buffer.concat([...parts, trailer]);
}

const field = fc.option(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)));
const rows = fc.array(fc.array(field, { minLength: 3, maxLength: 3 }), { maxLength: 20 });

describe('rows of a binary COPY', () => {
  it('come whole, however the wire has cut them', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (expected, cuts) => {
        const bytes = encode(expected);
        const reader = new FactRows(3);
        const seen: (Buffer | null)[][] = [];
        for (let at = 0, i = 0; at < bytes.length; i += 1) {
          const next = at + (cuts[i % cuts.length] ?? 1);
          // A copy, because the reader may use the chunk as it likes.
          reader.push(Buffer.from(bytes.subarray(at, next)));
          while (reader.next()) {
            seen.push([0, 1, 2].map((column) => (reader.isNull(column) ? null : reader.bytes(column))));
          }
          at = next;
        }
        expect(seen).toEqual(expected);
      }),
    );
  });

  it('are refused when their columns are not those that were asked', () => {
    const reader = new FactRows(2);
    reader.push(encode([[null, null, null]]));
    expect(() => reader.next()).toThrow(/3 columns/);
  });
});
