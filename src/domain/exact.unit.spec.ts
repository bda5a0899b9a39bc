import fc from 'fast-check';
import { formatDecimal, formatQuantity, mulDiv, mulDivExact, NotExact, parseDecimal } from './exact';

const LIMIT = 999_999_999_999_999;

describe('parseDecimal', () => {
  it.each([
    ['12.50', 2, 1250],
    ['10.000', 2, 1000],
    ['-0.01', 2, -1],
    ['+7', 2, 700],
    ['1.', 2, 100],
    ['-0', 2, 0],
    ['89', 0, 89],
    ['89.000', 0, 89],
    ['0.000001', 6, 1],
    ['000000000000001.00', 2, 100],
    ['9999999999999.99', 2, LIMIT],
  ])('%s with %i decimals is %i', (text, digits, value) => {
    expect(parseDecimal(text, digits)).toBe(value);
  });

  it.each([
    ['', 2],
    ['-', 2],
    ['.5', 2],
    ['.', 2],
    ['1.005', 2],
    ['0.1', 0],
    ['1,5', 2],
    ['1 ', 2],
    [' 1', 2],
    ['1.5\n', 2],
    ['1e3', 2],
    ['--1', 2],
    ['1.2.3', 2],
    ['0x10', 2],
    ['NaN', 2],
    ['Infinity', 2],
    ['٣', 2],
    ['10000000000000.00', 2],
    ['1234567890123456', 0],
    ['0000000000000001', 0],
    ['1.0000000000000000', 2],
  ])('refuses %j with %i decimals', (text, digits) => {
    expect(parseDecimal(text, digits)).toBeNull();
  });

  it('reads exactly what a plain reading with big integers reads', () => {
    const digitsOf = (max: number) =>
      fc.string({ unit: fc.constantFrom('0', '1', '9', '5'), maxLength: max });
    const texts = fc
      .tuple(fc.constantFrom('', '-', '+', ' '), digitsOf(17), fc.option(digitsOf(17)))
      .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`);
    fc.assert(
      fc.property(texts, fc.constantFrom(0, 2, 3, 6), (text, digits) => {
        expect(parseDecimal(text, digits)).toBe(plainReading(text, digits));
      }),
      { numRuns: 5000 },
    );
  });

  it('is the inverse of formatDecimal', () => {
    fc.assert(
      fc.property(fc.integer({ min: -LIMIT, max: LIMIT }), fc.constantFrom(0, 2, 3, 6), (value, digits) => {
        expect(parseDecimal(formatDecimal(value, digits), digits)).toBe(value);
      }),
    );
  });
});

function plainReading(text: string, digits: number): number | null {
  const match = /^([+-])?(\d{1,15})(?:\.(\d{0,15}))?$/.exec(text);
  if (!match) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return null;
  const value = BigInt((match[2] ?? '') + fraction.padEnd(digits, '0'));
  if (value > BigInt(LIMIT)) return null;
  return match[1] === '-' && value !== 0n ? -Number(value) : Number(value);
}

describe('formatQuantity', () => {
  it.each([
    [2_000_000, '2'],
    [500_000, '0.5'],
    [-1_000_001, '-1.000001'],
    [10_000_000, '10'],
    [0, '0'],
  ])('%i micro-units are %s', (micros, text) => {
    expect(formatQuantity(micros)).toBe(text);
  });
});

describe('mulDiv', () => {
  it('rounds half away from zero, exactly', () => {
    expect(mulDiv(5, 1, 2)).toBe(3);
    expect(mulDiv(-5, 1, 2)).toBe(-3);
    expect(mulDiv(4, 1, 3)).toBe(1);
    expect(mulDiv(LIMIT, LIMIT, LIMIT)).toBe(LIMIT);
    expect(Object.is(mulDiv(0, -1, 3), 0)).toBe(true);
  });

  it('refuses what leaves 15 digits', () => {
    expect(() => mulDiv(LIMIT, 2, 1)).toThrow(NotExact);
  });
});

describe('mulDivExact', () => {
  it('is what mulDiv is, where that is exact, and null elsewhere', () => {
    const whole = fc.integer({ min: -LIMIT, max: LIMIT });
    fc.assert(
      fc.property(
        whole,
        fc.integer({ min: 1, max: 1_000_000_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (a, b, c) => {
          const numerator = BigInt(a) * BigInt(b);
          const expected = numerator % BigInt(c) === 0n ? numerator / BigInt(c) : null;
          if (expected !== null && (expected > BigInt(LIMIT) || expected < -BigInt(LIMIT)))
            expect(() => mulDivExact(a, b, c)).toThrow(NotExact);
          else expect(mulDivExact(a, b, c)).toBe(expected === null ? null : Number(expected));
        },
      ),
    );
    expect(mulDivExact(LIMIT, LIMIT, LIMIT)).toBe(LIMIT);
    expect(mulDivExact(1, 1, 2)).toBeNull();
  });
});
