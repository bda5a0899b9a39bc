import { Counter, Histogram, type Registry } from 'prom-client';

/** What this replica folds while it leads, where Prometheus finds it. */
export class FoldMeter {
  private readonly freshness: Histogram;
  private readonly folded: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.freshness = new Histogram({
      name: 'tallystick_freshness_seconds',
      help:
        'Time from the instant that a block of facts was recorded (the clock of the ledger) until it is visible (the clock of ' +
        'this machine); one observation a block.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
      registers,
    });
    this.folded = new Counter({
      name: 'tallystick_folded_facts_total',
      help: 'Facts folded by this replica.',
      registers,
    });
  }

  /** @param facts of whole blocks, in order; `now` in epoch milliseconds, as `recordedAt` */
  visible(facts: readonly { block: number; recordedAt: number }[], now = Date.now()): void {
    let block = -1;
    for (const fact of facts) {
      if (fact.block === block) continue;
      block = fact.block;
      // Two clocks: one that is behind the other must not make a fact younger than nothing.
      this.freshness.observe(Math.max(0, now - fact.recordedAt) / 1_000);
    }
    this.folded.inc(facts.length);
  }
}
