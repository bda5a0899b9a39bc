import fc from 'fast-check';
import { isPrintable } from '../../domain/facts/printable';
import { copyLine, elementText, readArray, readLine } from './copy-text';

/** What our own keys and references are made of. */
const printable = fc.string({ unit: 'grapheme', maxLength: 20 }).filter(isPrintable);

describe('a line of COPY text', () => {
  it('gives back its cells, whatever characters are in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 }), { minLength: 1 }), (cells) => {
        expect(readLine(copyLine(cells))).toEqual(cells);
      }),
    );
  });

  it('gives back arrays of texts and of numbers', () => {
    fc.assert(
      fc.property(fc.array(printable), fc.array(fc.nat()), (texts, numbers) => {
        const [first = '', second = ''] = readLine(copyLine([texts, numbers]));
        expect(readArray(first)).toEqual(texts);
        expect(readArray(second)).toEqual(numbers);
      }),
    );
  });

  it('has an array’s element as the text that is searched for', () => {
    fc.assert(
      fc.property(printable, fc.array(printable), (item, others) => {
        expect(copyLine(['x', [...others, item]])).toContain(elementText(item));
      }),
    );
  });

  it('writes NULL as COPY wants it', () => {
    expect(copyLine(['a', null, 7])).toBe('a\t\\N\t7\n');
  });
});
