/** One world, told in one manner, held against what went wrong in it. */
import { createWorld, everyFault, noFaults } from '../../src/simulator';
import { type Manner, deliveriesOf } from './deliveries';
import { foldWorld } from './fold-world';

export interface Job {
  seed: number;
  orders: number;
  manner: Manner;
  /** Nothing goes wrong, on so many days. */
  cleanDays: number | null;
}

export interface Outcome {
  job: Job;
  messages: number;
  seconds: number;
  injected: string[];
  found: { detector: string; afterMs: number }[];
  missed: { detector: string; text: string }[];
  extra: { detector: string; text: string }[];
}

const START = Date.UTC(2026, 10, 16, 4);

export async function runJob(job: Job): Promise<Outcome> {
  const { seed, orders, manner, cleanDays } = job;
  const started = performance.now();
  const faults = cleanDays === null ? everyFault() : noFaults;
  const world = createWorld({ seed, orders, startAt: START, faults, days: cleanDays ?? 1 });
  const { deliveries, ...telling } = deliveriesOf(world, manner, seed);
  const { missed, extra, found } = await foldWorld(world, deliveries, telling);
  return {
    job,
    messages: deliveries.length,
    seconds: (performance.now() - started) / 1000,
    injected: world.truth().map(({ detector }) => detector),
    found,
    missed: missed.map((each) => ({
      detector: each.detector,
      text: `${JSON.stringify(each.subject)} ${each.cause ?? ''} (${each.faultId})`,
    })),
    extra: extra.map((text) => ({ detector: text.split(' ', 1)[0] ?? '', text })),
  };
}
