/** Which worlds are told, and in which manner. */
import { manners } from './deliveries';
import type { Job } from './job';

const CLEAN_SEED = 1_000;
const CLEAN_DAYS = 30;

/** Each seed as it is told, and in one of the other manners, in turn; then a clean month, shuffled and as told. */
export function jobsOf(seeds: number, orders: number): Job[] {
  const each = Math.ceil(orders / seeds);
  const [asTold, ...others] = manners;
  const faulty = Array.from({ length: seeds }, (_, n) => [
    { seed: n + 1, orders: each, manner: asTold, cleanDays: null },
    { seed: n + 1, orders: each, manner: others[n % others.length] ?? asTold, cleanDays: null },
  ]).flat();
  const clean = (['shuffled', asTold] as const).map((manner) => ({
    seed: CLEAN_SEED,
    orders: each,
    manner,
    cleanDays: CLEAN_DAYS,
  }));
  return [...faulty, ...clean];
}
