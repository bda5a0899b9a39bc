/** Exact decimals of at most 15 significant digits, in a number whose shortest text they are (see `readJson`). */
import { ExpressionError } from './error';

/** coefficient × 10^-places. */
interface Decimal {
  coefficient: bigint;
  places: number;
}

const DECIMAL = /^([+-]?)(\d{1,15})(?:\.(\d{0,15}))?$/;
const DIGITS = 15;

/** Text of a number without an exponent: `1e-7` → `0.0000001`. */
export function decimalText(value: number): string {
  const text = String(value);
  const at = text.indexOf('e-');
  if (at < 0) return text;
  const [whole = '', fraction = ''] = text.slice(0, at).replace('-', '').split('.');
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(Number(text.slice(at + 2)) - 1)}${whole}${fraction}`;
}

/** A number, or a decimal as text. Throws for anything else. */
function read(value: unknown, what: string): Decimal {
  const text = typeof value === 'number' ? decimalText(value) : value;
  const match = typeof text === 'string' ? DECIMAL.exec(text) : null;
  if (!match) throw new ExpressionError(`${what} needs a number, or a decimal of at most 15 digits as text`);
  const [, sign = '', whole = '', fraction = ''] = match;
  return { coefficient: BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`), places: fraction.length };
}

function write({ coefficient, places }: Decimal, what: string): number {
  let left = coefficient;
  let scale = places;
  while (scale > 0 && left % 10n === 0n) {
    left /= 10n;
    scale--;
  }
  const digits = (left < 0n ? -left : left).toString();
  // Zeros at the end of an integer are digits too: a number of more than 15 has gaps between its neighbours.
  if (digits.length > DIGITS || scale > DIGITS)
    throw new ExpressionError(`the result of ${what} has more than ${DIGITS} digits`);
  const padded = digits.padStart(scale + 1, '0');
  const text = scale === 0 ? padded : `${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  return Number(left < 0n ? `-${text}` : text);
}

function aligned(a: Decimal, b: Decimal): { a: bigint; b: bigint; places: number } {
  const places = Math.max(a.places, b.places);
  const scaled = (one: Decimal) => one.coefficient * 10n ** BigInt(places - one.places);
  return { a: scaled(a), b: scaled(b), places };
}

/** Like the operators of JSONata, nothing comes of nothing. */
type Operator = (left: unknown, right: unknown) => number | undefined;

function operator(what: string, of: (a: Decimal, b: Decimal) => Decimal): Operator {
  return (left, right) =>
    left === undefined || right === undefined
      ? undefined
      : write(of(read(left, what), read(right, what)), what);
}

const add = (a: Decimal, b: Decimal): Decimal => {
  const sum = aligned(a, b);
  return { coefficient: sum.a + sum.b, places: sum.places };
};
const negated = ({ coefficient, places }: Decimal): Decimal => ({ coefficient: -coefficient, places });

export const operators = {
  '+': operator('+', add),
  '-': operator('-', (a, b) => add(a, negated(b))),
  '*': operator('*', (a, b) => ({
    coefficient: a.coefficient * b.coefficient,
    places: a.places + b.places,
  })),
  '/': operator('/', (a, b) => {
    const places = 2 * DIGITS;
    const { numerator, denominator } = fraction(a, b, places);
    if (numerator % denominator !== 0n)
      throw new ExpressionError('/ does not come out even; say to how many places: $divide(a, b, places)');
    return { coefficient: numerator / denominator, places };
  }),
  '%': operator('%', (a, b) => {
    const both = aligned(a, b);
    if (both.b === 0n) throw new ExpressionError('% divides by zero');
    return { coefficient: both.a % both.b, places: both.places };
  }),
};

function fraction(a: Decimal, b: Decimal, places: number) {
  if (b.coefficient === 0n) throw new ExpressionError('/ divides by zero');
  return {
    numerator: a.coefficient * 10n ** BigInt(places + b.places),
    denominator: b.coefficient * 10n ** BigInt(a.places),
  };
}

/** Half away from zero, as everywhere here (`mulDiv`). */
export function divide(left: unknown, right: unknown, places: unknown): number | undefined {
  if (left === undefined || right === undefined) return undefined;
  const to = readPlaces(places, '$divide');
  const { numerator, denominator } = fraction(read(left, '$divide'), read(right, '$divide'), to);
  return write({ coefficient: halfAway(numerator, denominator), places: to }, '$divide');
}

export function round(value: unknown, places: unknown = 0): number | undefined {
  if (value === undefined) return undefined;
  const { coefficient, places: has } = read(value, '$round');
  const to = readPlaces(places, '$round');
  if (has <= to) return write({ coefficient, places: has }, '$round');
  return write({ coefficient: halfAway(coefficient, 10n ** BigInt(has - to)), places: to }, '$round');
}

export function sum(values: unknown): number | undefined {
  if (values === undefined) return undefined;
  const list = Array.isArray(values) ? values : [values];
  const zero: Decimal = { coefficient: 0n, places: 0 };
  return write(
    list.reduce<Decimal>((total, value) => add(total, read(value, '$sum')), zero),
    '$sum',
  );
}

export function number(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return write(read(value, '$number'), '$number');
}

function readPlaces(places: unknown, what: string): number {
  if (typeof places === 'number' && Number.isInteger(places) && places >= 0 && places <= DIGITS)
    return places;
  throw new ExpressionError(`${what} rounds to 0 to ${DIGITS} places`);
}

function halfAway(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const rounded = (2n * n + d) / (2n * d);
  return negative ? -rounded : rounded;
}
