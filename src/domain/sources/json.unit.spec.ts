import fc from 'fast-check';
import { LosslessNumber } from 'lossless-json';
import { readJson } from './json';

describe('readJson', () => {
  it.each([
    ['1e999', '1e999'],
    ['-1E+400', '-1E+400'],
    ['1e2', '1e2'],
    ['12345678901234567890', '12345678901234567890'],
    ['9007199254740993', '9007199254740993'],
    ['0.1000000000000000055', '0.1000000000000000055'],
    ['-1.0000000000000001', '-1.0000000000000001'],
  ])('keeps the digits of %s', (text, digits) => {
    for (const wrap of ['@', '[@]', '{"a":@}', '[0, @ ]', '{"a":"x","b":[{"c":@}]}', '\n\t@\n']) {
      const value = JSON.stringify(readJson(wrap.replace('@', text)), (_key, each: unknown) =>
        each instanceof LosslessNumber ? { digits: each.value } : each,
      );
      expect(value).toContain(`{"digits":"${digits}"}`);
    }
  });

  it.each([
    '0',
    '-0',
    '123456789012345',
    '0.000000000000001',
    '1.50',
    '0.123456789012345',
    '10.0000000000000000',
  ])('reads %s as a number', (text) => {
    expect(readJson(`{"a":${text}}`)).toEqual({ a: Number(text) });
  });

  it('leaves digits in strings and names alone', () => {
    const text = '{"12345678901234567890":"a:1e999","b\\"":"\\\\","c":["[1e5","\\u0031e9"],"n":1e999}';
    const { n, ...rest } = readJson(text) as Record<string, unknown>;
    expect(rest).toEqual({ '12345678901234567890': 'a:1e999', 'b"': '\\', c: ['[1e5', '1e9'] });
    expect(n).toBeInstanceOf(LosslessNumber);
  });

  it('takes the last of repeated names, on both ways', () => {
    expect(readJson('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(readJson('{"a":1e999,"a":2}')).toEqual({ a: 2 });
    expect(readJson('{"a":2,"a":1e999}')).toEqual({ a: new LosslessNumber('1e999') });
  });

  it('makes __proto__ a plain property, on both ways', () => {
    for (const number of ['1', '1e999']) {
      const value = readJson(`{"__proto__":${number},"b":{"__proto__":{"c":${number}}}}`) as object;
      expect(Object.keys(value)).toEqual(['__proto__', 'b']);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
  });

  it.each(['', '{', '{"a":1e}', '[1e999', '01', '{"a":NaN}'])('refuses %j as JSON.parse does', (text) => {
    expect(() => readJson(text)).toThrow(SyntaxError);
  });

  it('is JSON.parse wherever every number has at most 15 digits', () => {
    const plain = fc
      .jsonValue({ maxDepth: 5 })
      .filter((value) => !/[\d.]{16}|\de/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(plain, (value) => {
        const text = JSON.stringify(value);
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('never gives a number that is not exactly what was written', () => {
    const digits = (min: number, max: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'.split('')), minLength: min, maxLength: max });
    const decimals = fc
      .tuple(fc.boolean(), fc.constantFrom('0', '1', '42', '9007199254740993'), digits(0, 12), digits(0, 25))
      .map(([minus, first, whole, fraction]) => {
        const integer = first === '0' ? '0' : first + whole;
        return `${minus ? '-' : ''}${integer}${fraction === '' ? '' : `.${fraction}`}`;
      });
    fc.assert(
      fc.property(decimals, (text) => {
        const value = readJson(`[${text}]`) as [unknown];
        if (typeof value[0] !== 'number') return;
        expect(asFraction(expand(value[0]))).toEqual(asFraction(text));
      }),
    );
  });
});

/** The shortest decimal text of a number, without an exponent. */
function expand(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa;
  const digits = mantissa.replace(/[-.]/g, '');
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`;
}

function asFraction(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  const scaled = BigInt(whole.replace('-', '') + fraction.padEnd(60, '0'));
  return text.startsWith('-') ? -scaled : scaled;
}
