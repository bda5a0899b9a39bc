/**
 * Readers of single fields, called by translations after the schema has proved the structure. They do by hand what zod
 * checks and transforms would do: measured on a two-line order, a chain of zod checks takes 2.7 µs where the bare structure
 * takes 0.45 µs. Each takes the value and the field's name, and throws `Unreadable`.
 */
import { currencyDigits, parseDecimal } from '../exact';
import { isCurrency } from '../facts/currencies';
import { isPrintable } from '../facts/printable';
import type { LooseMoney } from './native';
import { inside, Unreadable } from './unreadable';

const MAX_CODE = 200;
const MAX_TEXT = 2000;
const MICRO = 1_000_000;
/** Whole units whose micro-units still have 15 digits. */
const MAX_UNITS = 999_999_999;

/** A reference, number or code: 1 to 200 printable characters. */
export function readCode(value: string, field: string): string {
  if (value.length === 0) throw new Unreadable(field, 'must not be empty');
  return checked(value, field, MAX_CODE);
}

/** The same, absent as null, undefined or empty text: systems export "nothing" in all three ways. */
export function readOptionalCode(value: string | null | undefined, field: string): string | null {
  return value === undefined || value === null || value === '' ? null : checked(value, field, MAX_CODE);
}

/** A short word (status, unit, reason code) of at most 2,000 printable characters. */
export function readText(value: string, field: string): string {
  return checked(value, field, MAX_TEXT);
}

export function readOptionalText(value: string | null | undefined, field: string): string | null {
  return value === undefined || value === null || value === '' ? null : checked(value, field, MAX_TEXT);
}

/** Prose that nothing is decided by (descriptions, error messages): made storable and cut, never a reason to refuse. */
export function readProse(value: string | null | undefined): string | null {
  if (value === undefined || value === null || value === '') return null;
  return value.slice(0, MAX_TEXT).toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** Also refuses `__proto__`, so that nobody who later uses a code as a property name can be surprised. */
function checked(value: string, field: string, limit: number): string {
  if (value.length > limit) throw new Unreadable(field, `must have at most ${limit} characters`);
  if (!isPrintable(value) || value === '__proto__') throw new Unreadable(field, 'must be printable text');
  return value;
}

/** A decimal (text, or a JSON number as `readJson` left it) in micro-units. */
export function readQuantity(value: unknown, field: string): number {
  const micros = decimal(value, field, 6);
  if (micros === null)
    throw new Unreadable(field, 'must be a decimal number of at most 15 digits, 6 of them after the point');
  return micros;
}

export function readOptionalQuantity(value: unknown, field: string): number | null {
  return value === undefined || value === null ? null : readQuantity(value, field);
}

export function readPositiveQuantity(value: unknown, field: string): number {
  const micros = readQuantity(value, field);
  if (micros < 0) throw new Unreadable(field, 'must not be negative');
  return micros;
}

/** An amount in major units → integer minor units of `currency`. */
export function readAmount(value: unknown, currency: string, field: string): number {
  const digits = currencyDigits(currency);
  const minor = decimal(value, field, digits);
  // What is wrong is put into words only where it is: amounts are most of what is read.
  if (minor === null)
    throw new Unreadable(field, `must be a decimal number with at most ${digits} decimals (${currency})`);
  return minor;
}

export function readOptionalAmount(value: unknown, currency: string, field: string): number | null {
  return value === undefined || value === null ? null : readAmount(value, currency, field);
}

/** Null where it is no decimal of so many digits after the point. */
function decimal(value: unknown, field: string, digits: number): number | null {
  // A JSON number of at most 15 significant digits has the text that was sent as its shortest text, so this is exact.
  const text = typeof value === 'number' ? String(value) : value;
  if (text === undefined || text === null) throw new Unreadable(field, 'is required');
  return typeof text === 'string' ? parseDecimal(text, digits) : null;
}

export function readCurrency(value: string, field: string): string {
  if (!isCurrency(value)) throw new Unreadable(field, 'must be an ISO 4217 currency code');
  return value;
}

/** `{amount, currency}` in the currency that it names; null when it, or its amount, is absent. */
export function readMoney(value: LooseMoney, field: string): { amount: number; currency: string } | null {
  if (value === undefined || value === null || value.amount === undefined || value.amount === null)
    return null;
  return inside(field, () => {
    const currency = readCurrency(value.currency ?? '', 'currency');
    return { amount: readAmount(value.amount, currency, 'amount'), currency };
  });
}

/** A non-negative integer (line number, version, count). */
export function readCount(value: number, field: string): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Unreadable(field, 'must be a non-negative integer');
  return value;
}

export function readOptionalCount(value: number | null | undefined, field: string): number | null {
  return value === undefined || value === null ? null : readCount(value, field);
}

/** A JSON integer of base units → micro-units. */
export function readUnits(value: number, field: string): number {
  if (!Number.isInteger(value) || value > MAX_UNITS || value < -MAX_UNITS) {
    throw new Unreadable(field, 'must be an integer of at most 9 digits');
  }
  return value === 0 ? 0 : value * MICRO;
}

export function readPositiveUnits(value: number, field: string): number {
  if (value < 0) throw new Unreadable(field, 'must not be negative');
  return readUnits(value, field);
}
