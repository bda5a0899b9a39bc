import { parseInstant } from '../facts/instant';
import { Unreadable } from './unreadable';
import type { ZoneOffset } from './zone';

const YEAR_2000 = Date.UTC(2000, 0, 1);

/** A time that is no business clock (a validity date): any readable instant. */
export function readTime(value: string, field: string, zone: ZoneOffset): number {
  const instant = parseInstant(value, zone);
  if (instant === null) throw new Unreadable(field, 'must be an RFC 3339 time');
  return instant;
}

export function readOptionalTime(
  value: string | null | undefined,
  field: string,
  zone: ZoneOffset,
): number | null {
  return value === undefined || value === null || value === '' ? null : readTime(value, field, zone);
}

/** A business clock. "Past tomorrow" is judged where `recordedAt` is known: when the fact is folded. */
export function readClock(value: string, field: string, zone: ZoneOffset): number {
  const instant = readTime(value, field, zone);
  if (instant < YEAR_2000)
    throw new Unreadable(field, 'clock-before-2000: no message is older than the year 2000');
  return instant;
}

/** The clock in the first of `fields` that is there; null when none is, or when it cannot be read. For envelopes. */
export function peekClock(
  message: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  zone: ZoneOffset,
): number | null {
  for (const field of fields) {
    const value = message[field];
    if (value === undefined || value === null || value === '') continue;
    return typeof value === 'string' ? parseInstant(value, zone) : null;
  }
  return null;
}
