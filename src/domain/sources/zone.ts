import { parseInstant } from '../facts/instant';

/** Minutes that a zone's clock is ahead of UTC when it shows `localMs` (a wall clock written as if it were UTC). */
export type ZoneOffset = (localMs: number) => number;

const DAY_MS = 86_400_000;
/** Of offsets that are remembered: asking `Intl` takes 50 µs, four times for a message whose times have no zone. */
const MAX_DAYS = 10_000;

const utc: ZoneOffset = () => 0;
const zones = new Map<string, ZoneOffset>();

/**
 * The offsets of an IANA zone. In the hour that a clock repeats in autumn the earlier instant is taken, in the hour that it
 * skips in spring the offset before the change. Throws RangeError for a zone that does not exist: a configuration
 * is checked with it before a source is accepted.
 */
export function zoneOffset(timeZone: string): ZoneOffset {
  if (timeZone === 'UTC') return utc;
  let zone = zones.get(timeZone);
  if (!zone) {
    zone = makeZone(timeZone);
    zones.set(timeZone, zone);
  }
  return zone;
}

function makeZone(timeZone: string): ZoneOffset {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const exactOffsetAt = (utcMs: number): number => {
    const parts = Object.fromEntries(format.formatToParts(utcMs).map(({ type, value }) => [type, value]));
    const wall = `${parts.year?.padStart(4, '0')}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}`;
    const local = parseInstant(wall);
    return local === null ? 0 : Math.round((local - Math.floor(utcMs / 1000) * 1000) / 60_000);
  };
  const known = new Map<number, number>();
  const offsetOn = (day: number): number => {
    let offset = known.get(day);
    if (offset === undefined) {
      if (known.size === MAX_DAYS) known.clear();
      known.set(day, (offset = exactOffsetAt(day * DAY_MS)));
    }
    return offset;
  };
  // No clock changes twice in a day: between two days of one offset there is no other.
  const offsetAt = (utcMs: number): number => {
    const day = Math.floor(utcMs / DAY_MS);
    const offset = offsetOn(day);
    return offset === offsetOn(day + 1) ? offset : exactOffsetAt(utcMs);
  };
  return (localMs) => {
    // A day before and after surround any change of the clock; of two offsets, the one that reproduces the wall clock is right.
    const before = offsetAt(localMs - DAY_MS);
    const after = offsetAt(localMs + DAY_MS);
    if (before === after || offsetAt(localMs - before * 60_000) === before) return before;
    return offsetAt(localMs - after * 60_000) === after ? after : before;
  };
}
