import { copyLine } from './copy-text';

describe('a line of COPY text', () => {
  it('escapes what would end a cell or a line', () => {
    expect(copyLine(['a\tb', 'c\\d\ne\rf'])).toBe('a\\tb\tc\\\\d\\ne\\rf\n');
  });

  it('quotes the elements of an array', () => {
    expect(copyLine([['plain', 'a "b"', 'c\\d'], [], [3, 5]])).toBe(
      '{"plain","a \\\\"b\\\\"","c\\\\\\\\d"}\t{}\t{3,5}\n',
    );
  });

  it('writes NULL as COPY wants it', () => {
    expect(copyLine(['a', null, 7])).toBe('a\t\\N\t7\n');
  });
});
