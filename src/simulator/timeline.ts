/** When things happen in the world, in epoch milliseconds. Every instant follows from the start: no clock is read. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Timeline {
  /** Nothing before it can be missing: what the sources are configured with. */
  startsAt: number;
  /** Master data were written and synchronised. */
  setupAt: number;
  /** Orders of account customers whose 35 days of grace are over. */
  longAgo: number;
  /** The count at the start of the day, before any trading. */
  openingAt: number;
  tradingFrom: number;
  tradingTo: number;
  /** The count at the end, when everything that settles has settled. */
  closingAt: number;
  /** The last clock of every feed: later than every due time of the world. */
  endAt: number;
}

/** `days`: of trading; at most 30, so that what is invoiced after 35 days is never due. */
export function timelineFrom(startAt: number, days = 1): Timeline {
  const lastDay = startAt + (days - 1) * DAY;
  return {
    startsAt: startAt - 60 * DAY,
    setupAt: startAt - 50 * DAY,
    longAgo: startAt - 42 * DAY,
    openingAt: startAt,
    tradingFrom: startAt + 30 * MINUTE,
    tradingTo: lastDay + 14 * HOUR,
    closingAt: lastDay + 88 * HOUR,
    endAt: lastDay + 94 * HOUR,
  };
}

let last = { ms: NaN, text: '' };

/** RFC 3339 in UTC, whole seconds as these systems write them. The messages of one moment share the formatting. */
export function iso(ms: number): string {
  if (ms === last.ms) return last.text;
  const text = new Date(ms).toISOString();
  last = { ms, text: text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text };
  return last.text;
}
