/**
 * Exact arithmetic: money in integer minor units, quantities in integer micro-units (1 unit = 1,000,000).
 * Values are integers of at most 15 digits held in a number, which represents every one of them exactly; anything that
 * would leave that range is refused, never rounded.
 */
const LIMIT = 999_999_999_999_999;
export const MICRO = 1_000_000;

export interface Money {
  minor: number;
  currency: string;
}

/** A value left the exact range; the message that caused it is quarantined. */
export class NotExact extends Error {
  readonly code = 'not-exact';
}

export function exact(value: number): number {
  if (!Number.isInteger(value) || value > LIMIT || value < -LIMIT) {
    throw new NotExact(`${value} is beyond 15 exact digits`);
  }
  return value === 0 ? 0 : value;
}

const DECIMAL = /^([+-])?(\d{1,15})(?:\.(\d{0,15}))?$/;

/** `"12.50"`, 2 → 1250. Trailing zeros may exceed `digits`; anything else that does is refused (null). */
export function parseDecimal(text: string, digits: number): number | null {
  const match = DECIMAL.exec(text);
  if (!match) return null;
  const whole = match[2] ?? '';
  const fraction = match[3] ?? '';
  let kept = fraction;
  if (fraction.length > digits) {
    for (let i = digits; i < fraction.length; i++) if (fraction.charCodeAt(i) !== 48) return null;
    kept = fraction.slice(0, digits);
  }
  const value = Number(whole + kept.padEnd(digits, '0'));
  if (value > LIMIT) return null;
  return match[1] === '-' && value !== 0 ? -value : value;
}

/** 1250, 2 → `"12.50"`. */
export function formatDecimal(value: number, digits: number): string {
  const negative = value < 0;
  const text = String(negative ? -value : value).padStart(digits + 1, '0');
  const body = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return negative ? `-${body}` : body;
}

/** Quantities show no trailing zeros: 2000000 → `"2"`, 500000 → `"0.5"`. */
export function formatQuantity(micros: number): string {
  return formatDecimal(micros, 6).replace(/\.?0+$/, '');
}

const ZERO_DIGITS = new Set([
  'BIF',
  'CLP',
  'DJF',
  'GNF',
  'ISK',
  'JPY',
  'KMF',
  'KRW',
  'PYG',
  'RWF',
  'UGX',
  'UYI',
  'VND',
  'VUV',
  'XAF',
  'XOF',
  'XPF',
]);
const THREE_DIGITS = new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']);

/** Decimal places of an ISO 4217 currency. */
export function currencyDigits(currency: string): number {
  if (ZERO_DIGITS.has(currency)) return 0;
  return THREE_DIGITS.has(currency) ? 3 : 2;
}

/** a × b ÷ c, rounded half away from zero, without leaving exact integers. `c` must not be 0. */
export function mulDiv(a: number, b: number, c: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product) && product % c === 0) return exact(product / c);
  const numerator = BigInt(a) * BigInt(b);
  const divisor = BigInt(c);
  const negative = numerator < 0n !== divisor < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = divisor < 0n ? -divisor : divisor;
  const rounded = (2n * n + d) / (2n * d);
  return exact(Number(negative ? -rounded : rounded));
}
