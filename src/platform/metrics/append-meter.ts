import { Histogram, type Registry } from 'prom-client';

/** What is appended to the ledger by this replica, where Prometheus finds it. */
export class AppendMeter {
  private readonly duration: Histogram<'outcome'>;
  private readonly facts: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.duration = new Histogram({
      name: 'tallystick_append_duration_seconds',
      help: 'Time from a call of the ledger until its facts are durable, or until it is refused.',
      labelNames: ['outcome'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.facts = new Histogram({
      name: 'tallystick_append_facts',
      help: 'Messages of one call of the ledger, repeats among them.',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000],
      registers,
    });
  }

  appended(outcome: string, facts: number, seconds: number): void {
    this.duration.observe({ outcome }, seconds);
    if (outcome === 'ok') this.facts.observe(facts);
  }
}
