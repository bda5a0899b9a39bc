import { localTime } from './local-time';
import type { QuietHours } from './rules';

const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;

/** For how long it is quiet from `at` on, in ms; 0: it is not. Clocks may change meanwhile: who has waited so long asks again. */
export function quietMs({ from, to, timeZone }: QuietHours, at: Date): number {
  const { minutes } = localTime(at, timeZone);
  const since = (minutes - from + DAY_MINUTES) % DAY_MINUTES;
  const length = (to - from + DAY_MINUTES) % DAY_MINUTES;
  return since >= length ? 0 : (length - since) * MINUTE_MS - (at.getTime() % MINUTE_MS);
}
