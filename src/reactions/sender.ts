/**
 * Sends the outbox to Slack: at least once, several alerts of one cause in one message, bounded attempts with growing pauses.
 * Any number of senders may run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { clusterName } from '../domain/drift/cluster';
import type { Log } from '../platform/logging';
import type { Secret } from '../platform/secret';
import { CircuitBreaker } from './circuit-breaker';
import { type Alert, claim, isSummary, keepAll, markFailed, markSent } from './claim';
import { completeImport } from './import-alert';
import { slackMessage } from './slack-message';
import { traced } from './traced';
import { type Outcome, postToSlack } from './slack-webhook';

export interface SenderParts {
  pool: Pool;
  log: Log;
  /** Null: alerts are kept for `/v1/alerts`, and go nowhere. */
  webhookUrl: Secret | null;
  /** Where readers of a message find this service, such as `http://127.0.0.1:7420`. */
  link: string;
  options?: Partial<SenderOptions>;
}

export interface SenderOptions {
  pollMs: number;
  /** Alerts taken at once. */
  batch: number;
  /** How long an alert waits for others of its cause. */
  gatherMs: number;
  timeoutMs: number;
  maxAttempts: number;
  /** Pause after the first failure; it doubles up to the greatest. */
  firstPauseMs: number;
  greatestPauseMs: number;
  /** Failures in a row after which nothing is tried for `coolDownMs`. */
  threshold: number;
  coolDownMs: number;
  /** How long a message that is under way is waited for when the sender stops. */
  stopMs: number;
}

const defaults: SenderOptions = {
  pollMs: 1_000,
  batch: 500,
  gatherMs: 1_000,
  timeoutMs: 10_000,
  maxAttempts: 8,
  firstPauseMs: 2_000,
  greatestPauseMs: 600_000,
  threshold: 5,
  coolDownMs: 30_000,
  stopMs: 5_000,
};

/**
 * How long the alerts of one turn are this sender's; what it has not begun to send by then is put back. Those of a sender that
 * was killed wait so long and the time of one message more: 20 s in all.
 */
const LEASE_MS = 10_000;

export class OutboxSender {
  private readonly options: SenderOptions;
  private readonly breaker: CircuitBreaker;
  private readonly stopped = new AbortController();
  private readonly cut = new AbortController();
  private running: Promise<void> | null = null;

  constructor(private readonly parts: SenderParts) {
    this.options = { ...defaults, ...parts.options };
    this.breaker = new CircuitBreaker(this.options.threshold, this.options.coolDownMs);
  }

  start(): void {
    this.running ??= this.run();
  }

  /** A message that is under way is waited for, within `stopMs`; one that is cut off then is sent again. */
  async stop(): Promise<void> {
    this.stopped.abort();
    const late = setTimeout(() => this.cut.abort(), this.options.stopMs);
    await this.running;
    clearTimeout(late);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      let taken = 0;
      try {
        taken = await this.turn();
      } catch (error) {
        this.parts.log.warn({ err: error }, 'the outbox could not be read; it is tried again');
      }
      if (taken === 0) await pause(this.options.pollMs, signal);
    }
  }

  /** One look at the outbox; answers how many alerts were taken. */
  async turn(): Promise<number> {
    const { pool, webhookUrl } = this.parts;
    await completeImport(pool);
    if (webhookUrl === null) {
      await keepAll(pool);
      return 0;
    }
    if (this.breaker.waitMs(performance.now()) > 0) return 0;
    const { batch, gatherMs, timeoutMs } = this.options;
    const limit = this.breaker.trial ? 1 : batch;
    const claimedAt = performance.now();
    const alerts = await claim(pool, { limit, gatherMs, leaseMs: LEASE_MS + timeoutMs });
    const groups = grouped(await traced(pool, alerts));
    for (const [index, group] of groups.entries()) {
      const now = performance.now();
      if (this.stopped.signal.aborted || this.breaker.waitMs(now) > 0 || now - claimedAt > LEASE_MS) {
        await this.putBack(groups.slice(index).flat());
        break;
      }
      await this.send(group, webhookUrl);
    }
    return alerts.length;
  }

  private async send(group: readonly Alert[], url: Secret): Promise<void> {
    const message = slackMessage(group, this.parts.link);
    const outcome = await postToSlack(url, message, this.options.timeoutMs, this.cut.signal);
    if (outcome.sent) {
      this.breaker.succeeded();
      await markSent(this.parts.pool, idsOf(group));
      return;
    }
    // We hung up, not the other end: nothing was learned of it, and no attempt is used up.
    if (this.cut.signal.aborted) return this.putBack(group);
    // A refusal for good shows that the other end works.
    if (outcome.final) this.breaker.succeeded();
    else this.breaker.failed(performance.now(), outcome.retryAfterMs);
    await this.failed(group, outcome);
  }

  private async failed(group: readonly Alert[], outcome: Extract<Outcome, { sent: false }>): Promise<void> {
    const { reason, final, retryAfterMs } = outcome;
    const { maxAttempts } = this.options;
    const ended = group.filter((alert) => final || alert.attempts >= maxAttempts);
    const again = group.filter((alert) => !ended.includes(alert));
    this.parts.log.warn({ reason, alerts: group.length, dead: ended.length }, 'Slack did not take a message');
    if (ended.length > 0) await markFailed(this.parts.pool, idsOf(ended), reason, null);
    const attempts = again.reduce((most, alert) => Math.max(most, alert.attempts), 0);
    const pauseMs = Math.max(this.pauseAfter(attempts), retryAfterMs ?? 0);
    if (again.length > 0) await markFailed(this.parts.pool, idsOf(again), reason, pauseMs);
  }

  /** Not tried after all: it must not wait for the end of its lease. */
  private async putBack(alerts: readonly Alert[]): Promise<void> {
    const waitMs = this.breaker.waitMs(performance.now());
    await this.parts.pool.query(
      `UPDATE app.outbox SET attempts = attempts - 1, next_attempt_at = now() + $2 * interval '1 millisecond'
        WHERE id = ANY($1::bigint[])`,
      [idsOf(alerts), waitMs],
    );
  }

  /** Jitter keeps several senders from coming back together. */
  private pauseAfter(attempts: number): number {
    const { firstPauseMs, greatestPauseMs } = this.options;
    const pauseMs = Math.min(greatestPauseMs, firstPauseMs * 2 ** Math.max(0, attempts - 1));
    return pauseMs * (0.5 + Math.random() / 2);
  }
}

/** Alerts of one cluster that say the same of different subjects; a summary is one by itself. */
function grouped(alerts: readonly Alert[]): Alert[][] {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = isSummary(alert)
      ? String(alert.id)
      : JSON.stringify([alert.kind, clusterName(alert.body.detector, alert.body.cause)]);
    const known = groups.get(key);
    if (known) known.push(alert);
    else groups.set(key, [alert]);
  }
  return [...groups.values()];
}

function idsOf(alerts: readonly Alert[]): number[] {
  return alerts.map(({ id }) => id);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
