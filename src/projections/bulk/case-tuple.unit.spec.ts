import fc from 'fast-check';
import type { CaseRow } from '../rows';
import { elementBytes, mostBytes, readTuple, refTuples, writeTuple } from './case-tuple';

const text = fc.string({ unit: 'grapheme', maxLength: 80 });
const rows: fc.Arbitrary<CaseRow> = fc.record({
  key: text,
  kind: text,
  subject: text,
  refs: fc.array(text),
  looks: fc.array(text),
  facts: fc.array(fc.maxSafeNat()),
  chunks: fc.nat(),
  state: fc.string({ unit: 'grapheme', maxLength: 500 }),
  rare: fc.option(text, { nil: null }),
  acts: text,
});

describe('a tuple of binary COPY', () => {
  it('gives back the row, whatever characters are in it, and fits into the room that was asked for', () => {
    fc.assert(
      fc.property(rows, fc.nat(20), (row, start) => {
        const bytes = Buffer.alloc(start + mostBytes(row));
        expect(writeTuple(bytes, start, row)).toBeLessThanOrEqual(bytes.length);
        expect(readTuple(bytes, start)).toEqual(row);
      }),
    );
  });

  it('gives a row of two columns for each of its references', () => {
    fc.assert(
      fc.property(rows, fc.nat(20), (row, start) => {
        const bytes = Buffer.alloc(start + mostBytes(row));
        writeTuple(bytes, start, row);
        const wanted = row.refs.flatMap((ref) => [
          Buffer.from([0, 2]),
          elementBytes(ref),
          elementBytes(row.key),
        ]);
        expect(Buffer.concat(refTuples(bytes, start))).toEqual(Buffer.concat(wanted));
      }),
    );
  });

  it('has an array’s element as the bytes that are searched for', () => {
    fc.assert(
      fc.property(rows, text, (row, look) => {
        const bytes = Buffer.alloc(mostBytes(row) + 4 + 3 * look.length);
        const end = writeTuple(bytes, 0, { ...row, looks: [...row.looks, look] });
        expect(bytes.subarray(0, end).includes(elementBytes(look))).toBe(true);
      }),
    );
  });
});
