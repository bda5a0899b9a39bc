/** What Prometheus is told: docs/runbook.md says of each figure what it means and what to do. */
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Ledger } from '../../ledger/port';
import type { KafkaLag } from '../../platform/kafka/lag';
import { InForceBook } from '../../projections/in-force';
import { MICRO } from '../../domain/exact';
import { feedViews } from '../status/feed-view';
import type { Readiness } from '../../platform/readiness';
import { KAFKA_LAG, LEDGER, POOL, READINESS, REGISTRY } from '../tokens';
import { StockShare } from './stock-share';
import { CheckpointWatch } from '../visibility/checkpoint-watch';
import { type LiveFigures, type Replay, feedStates, readFigures } from './figures';

const PARTITION = ['topic', 'partition', 'source'];
const FEED = ['source', 'stream'];
const REPLAY = ['generation', 'purpose', 'status'];

/** What is looked up when it is asked for: help, and labels. Names are without their `tallystick_`. */
const GAUGES = {
  ledger_position: ['Facts recorded.'],
  ledger_blocks: ['Blocks recorded: facts of one block were appended at once.'],
  ledger_recorded_timestamp_seconds: ['When the last fact was recorded; 0: there is none.'],
  ledger_clock_offset_seconds: [
    "The last fact's recordedAt less the database's clock; above 0: the clock was set back, and the ledger's stands still until it is reached again.",
  ],
  database_clock_offset_seconds: ["The database's clock less this process's."],
  live_generation: ['The generation that is served; 0: none yet.'],
  projection_position: ['Facts folded.', 'projection'],
  projection_lag_facts: ['Facts recorded and not folded.', 'projection'],
  projection_lag_seconds: ['How long the next fact to be folded waits; 0: none does.', 'projection'],
  ready: ['1: the part is as it should be; 0: it keeps the service from being ready.', 'part'],
  projector_leading: ['1: this replica folds; one at a time does.'],
  open_drifts: ['Open drifts.', 'detector', 'severity'],
  stock_units_differing: [
    "Units by which Scend's and Prima's positions differ at one instant, by whether facts account for them; at most five minutes old.",
    'explained',
  ],
  feed_watermark_timestamp_seconds: [
    "The source's clock up to which absence may be called missing.",
    ...FEED,
  ],
  feed_received_timestamp_seconds: ['When something was last received.', ...FEED],
  feed_current: [
    '1: heard of within the interval that is expected of it; 0: stale, or never heard of.',
    ...FEED,
  ],
  replay_position: ['Facts folded into a generation that is built.', ...REPLAY],
  replay_head: ['Facts that it has to fold.', ...REPLAY],
  kafka_offset: ['Next record to be read.', ...PARTITION],
  kafka_lag_records: ['Records that wait in Kafka.', ...PARTITION],
  kafka_up: ['1: the brokers answer; 0: they do not. Absent where nothing is read from Kafka.'],
  outbox_alerts: ['Alerts by what became of them.', 'status'],
  outbox_dead_alerts: ['Alerts that were given up, by where they were to go.', 'to'],
  outbox_oldest_due_seconds: ['Since when the oldest alert is due that nobody has taken; 0: none is.'],
  outbox_oldest_pending_seconds: ['Age of the oldest alert that is not sent yet; 0: there is none.'],
} satisfies Record<string, [help: string, ...labels: string[]]>;

@Injectable()
export class Metrics {
  private readonly requests: Histogram;
  private readonly gauges = new Map<string, Gauge>();
  private readonly share: StockShare;
  /** Whether this replica holds the projector's lease; set by whoever starts a projector. */
  leads: () => boolean = () => false;

  constructor(
    @Inject(REGISTRY) readonly registry: Registry,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(KAFKA_LAG) private readonly kafkaLag: KafkaLag | null,
    private readonly inForce: InForceBook,
    private readonly checkpoint: CheckpointWatch,
  ) {
    this.share = new StockShare(pool);
    collectDefaultMetrics({ register: registry });
    this.requests = new Histogram({
      name: 'tallystick_http_request_duration_seconds',
      help: 'Time from a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
      registers: [registry],
    });
    for (const [name, [help, ...labelNames]] of Object.entries(GAUGES)) {
      if (name.startsWith('kafka_') && !kafkaLag) continue;
      const gauge = new Gauge({ name: `tallystick_${name}`, help, labelNames, registers: [registry] });
      this.gauges.set(name, gauge);
    }
  }

  /** `route` is the pattern, never the path: names of orders and customers are no labels. */
  answered(method: string, route: string | undefined, status: number, ms: number): void {
    this.requests.observe({ method, route: route ?? 'none', status: String(status) }, ms / 1000);
  }

  /** The text to be scraped; looks at the database for it. While no generation is live, what is of one is left out. */
  async text(): Promise<string> {
    for (const gauge of this.gauges.values()) gauge.reset();
    const figures = await readFigures(this.pool);
    const head = await this.ledger.head();
    this.set('ledger_position', head.position);
    this.set('ledger_blocks', head.blocks);
    const clock = await this.ledger.clock();
    this.set('database_clock_offset_seconds', clock.aheadMs / 1_000);
    if (head.position > 0) {
      this.set('ledger_recorded_timestamp_seconds', head.recordedAt / 1_000);
      this.set('ledger_clock_offset_seconds', (head.recordedAt - clock.store) / 1_000);
    }
    this.set('projector_leading', this.leads() ? 1 : 0);
    this.set('outbox_oldest_due_seconds', figures.oldestDueSeconds);
    this.set('outbox_oldest_pending_seconds', figures.oldestPendingSeconds);
    for (const [status, count] of figures.alerts) this.set('outbox_alerts', count, { status });
    for (const [to, count] of figures.dead) this.set('outbox_dead_alerts', count, { to });
    for (const replay of figures.replays) this.tellReplay(replay);
    this.set('live_generation', figures.live?.generation ?? 0);
    if (figures.live) await this.tellLive(figures.live, head.position);
    await this.tellReadiness();
    await this.askKafka();
    return this.registry.metrics();
  }

  private async tellLive(live: LiveFigures, head: number): Promise<void> {
    const projection = { projection: 'live' };
    this.set('projection_position', live.position, projection);
    this.set('projection_lag_facts', Math.max(0, head - live.position), projection);
    const [waiting] = head > live.position ? await this.ledger.at([live.position + 1]) : [];
    const waits = waiting ? Math.max(0, live.now.getTime() - waiting.recordedAt) / 1_000 : 0;
    this.set('projection_lag_seconds', waits, projection);
    for (const [detector, severity, count] of live.drifts)
      this.set('open_drifts', count, { detector, severity });
    const share = this.share.read();
    if (share) {
      this.set('stock_units_differing', share.explained / MICRO, { explained: 'yes' });
      this.set('stock_units_differing', share.unexplained / MICRO, { explained: 'no' });
    }
    const policy = (await this.inForce.of(live.generation))?.made.policy;
    if (!policy || !(await this.checkpoint.isReadable())) return;
    const states = await feedStates(this.pool);
    for (const feed of feedViews(states, policy, live.instant.getTime(), live.now.getTime())) {
      const { source, stream, watermark, lastReceivedAt, state } = feed;
      if (watermark !== null) this.setTime('feed_watermark_timestamp_seconds', watermark, { source, stream });
      if (lastReceivedAt !== null)
        this.setTime('feed_received_timestamp_seconds', lastReceivedAt, { source, stream });
      this.set('feed_current', state === 'current' ? 1 : 0, { source, stream });
    }
  }

  private async tellReadiness(): Promise<void> {
    const unready = new Set((await this.readiness.unready()).map(({ name }) => name));
    for (const part of this.readiness.names) this.set('ready', unready.has(part) ? 0 : 1, { part });
  }

  private tellReplay({ id, purpose, status, progress }: Replay): void {
    const labels = { generation: String(id), purpose, status };
    this.set('replay_position', progress?.position ?? 0, labels);
    if (progress) this.set('replay_head', progress.head, labels);
  }

  /** A lag that is not known is not told: a figure of before would look like one of now. */
  private async askKafka(): Promise<void> {
    if (!this.kafkaLag) return;
    const lags = await this.kafkaLag.read();
    this.set('kafka_up', this.kafkaLag.up ? 1 : 0);
    for (const { topic, partition, source, offset, lag } of lags) {
      if (partition === null) continue;
      const labels = { topic, partition: String(partition), source };
      if (offset !== null) this.set('kafka_offset', offset, labels);
      if (lag !== null) this.set('kafka_lag_records', lag, labels);
    }
  }

  private set(name: keyof typeof GAUGES, value: number, labels: Record<string, string> = {}): void {
    this.gauges.get(name)?.set(labels, value);
  }

  private setTime(name: keyof typeof GAUGES, instant: string, labels: Record<string, string>): void {
    this.set(name, Date.parse(instant) / 1_000, labels);
  }
}
