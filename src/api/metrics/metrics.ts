/** What Prometheus is told. One registry an application: two in one process do not count for each other. */
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Ledger } from '../../ledger/port';
import type { KafkaLag } from '../../platform/kafka/lag';
import { KAFKA_LAG, LEDGER, POOL } from '../tokens';

const FIGURES = `
  SELECT (SELECT position FROM live.checkpoint) AS position,
         (SELECT json_agg(json_build_array(detector, severity, count))
            FROM (SELECT detector, severity, count(*) FROM live.drifts WHERE status = 'open'
                   GROUP BY detector, severity) d) AS drifts,
         (SELECT json_agg(json_build_array(status, count))
            FROM (SELECT status, count(*) FROM app.outbox GROUP BY status) o) AS alerts`;

interface Figures {
  position: number;
  drifts: [detector: string, severity: string, count: number][] | null;
  alerts: [status: string, count: number][] | null;
}

const PARTITION = ['topic', 'partition', 'source'];

@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly requests = new Histogram({
    name: 'tallystick_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers: this.registers,
  });
  private readonly ledgerPosition = this.gauge('ledger_position', 'Facts recorded.');
  private readonly projectionPosition = this.gauge('projection_position', 'Facts folded.', 'projection');
  private readonly lag = this.gauge('projection_lag_facts', 'Facts recorded and not folded.', 'projection');
  private readonly leading = this.gauge('projector_leading', '1: this replica folds; one at a time does.');
  private readonly openDrifts = this.gauge('open_drifts', 'Open drifts.', 'detector', 'severity');
  private readonly kafkaOffset = this.gauge('kafka_offset', 'Next record to be read.', ...PARTITION);
  private readonly kafkaWaiting = this.gauge(
    'kafka_lag_records',
    'Records that wait in Kafka.',
    ...PARTITION,
  );
  private readonly kafkaUp = this.gauge(
    'kafka_up',
    '1: the brokers answer; 0: they do not, or nothing is read from Kafka.',
  );
  private readonly alerts = this.gauge('outbox_alerts', 'Alerts by what became of them.', 'status');

  /** Whether this replica holds the projector's lease; set by whoever starts a projector. */
  leads: () => boolean = () => false;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(KAFKA_LAG) private readonly kafkaLag: KafkaLag | null,
  ) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** `route` is the pattern, never the path: names of orders and customers are no labels. */
  answered(method: string, route: string | undefined, status: number, ms: number): void {
    this.requests.observe({ method, route: route ?? 'none', status: String(status) }, ms / 1000);
  }

  /** The text to be scraped; looks at the database once. Throws while there is no live generation. */
  async text(): Promise<string> {
    const { rows } = await this.pool.query<Figures>(FIGURES);
    const head = await this.ledger.head();
    const figures = rows[0];
    this.openDrifts.reset();
    this.alerts.reset();
    this.ledgerPosition.set(head.position);
    if (figures) {
      this.projectionPosition.set({ projection: 'live' }, figures.position);
      this.lag.set({ projection: 'live' }, Math.max(0, head.position - figures.position));
      for (const [detector, severity, count] of figures.drifts ?? [])
        this.openDrifts.set({ detector, severity }, count);
      for (const [status, count] of figures.alerts ?? []) this.alerts.set({ status }, count);
    }
    this.leading.set(this.leads() ? 1 : 0);
    await this.askKafka();
    return this.registry.metrics();
  }

  /** A lag that is not known is not told: a figure of before would look like one of now. */
  private async askKafka(): Promise<void> {
    this.kafkaOffset.reset();
    this.kafkaWaiting.reset();
    if (!this.kafkaLag) return;
    const lags = await this.kafkaLag.read();
    this.kafkaUp.set(this.kafkaLag.up ? 1 : 0);
    for (const { topic, partition, source, offset, lag } of lags) {
      if (partition === null) continue;
      const labels = { topic, partition: String(partition), source };
      if (offset !== null) this.kafkaOffset.set(labels, offset);
      if (lag !== null) this.kafkaWaiting.set(labels, lag);
    }
  }

  private gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name: `tallystick_${name}`, help, labelNames, registers: this.registers });
  }
}
