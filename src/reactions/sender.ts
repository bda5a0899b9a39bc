/**
 * Sends the outbox to one channel: at least once, several alerts of one cause in one message, bounded attempts with growing
 * pauses. Any number of senders may run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError, type Pool } from 'pg';
import type { Log } from '../platform/logging';
import { isDatabaseAway, withTransaction } from '../platform/pools';
import type { Channel, Group } from './channel';
import { CircuitBreaker } from './circuit-breaker';
import { type Alert, Outbox, type Queue, TO_PEOPLE } from './claim';
import type { Failure, Outcome, Timing } from './http-answer';
import { UNREADABLE } from './read-alert';
import { traced } from './traced';

export interface SenderParts {
  pool: Pool;
  log: Log;
  /** Null: alerts are kept for `/v1/alerts`, and go nowhere. */
  channel: Channel | null;
  queue?: Queue;
  /** Before each look at the outbox: what is due by the clock. */
  first?: () => Promise<unknown>;
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
/** Held by the one replica that may send where a channel is exclusive. */
const SENDER_LOCK = 7_420_013;

export class OutboxSender {
  private readonly options: SenderOptions;
  private readonly breaker: CircuitBreaker;
  private readonly outbox: Outbox;
  private readonly stopped = new AbortController();
  private readonly cut = new AbortController();
  private running: Promise<void> | null = null;

  constructor(private readonly parts: SenderParts) {
    this.options = { ...defaults, ...parts.options };
    this.breaker = new CircuitBreaker(this.options.threshold, this.options.coolDownMs);
    this.outbox = new Outbox(parts.pool, parts.queue ?? TO_PEOPLE);
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

  /** One look at the outbox; answers how many messages there were to send. */
  async turn(): Promise<number> {
    const { pool, channel, first } = this.parts;
    await first?.();
    if (channel === null) {
      await this.outbox.keepAll();
      return 0;
    }
    if (this.breaker.waitMs(performance.now()) > 0) return 0;
    if (!channel.exclusive) return this.tell(channel);
    return withTransaction(pool, async (client) => {
      const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS free', [
        SENDER_LOCK,
      ]);
      return rows[0]?.free ? this.tell(channel) : 0;
    });
  }

  private async tell(channel: Channel): Promise<number> {
    const { batch, gatherMs, timeoutMs } = this.options;
    const limit = this.breaker.trial ? 1 : batch;
    const claimedAt = performance.now();
    const claimed = await this.outbox.claim({ limit, gatherMs, leaseMs: LEASE_MS + timeoutMs });
    if (claimed.unreadable.length > 0) await this.giveUp(claimed.unreadable);
    const alerts = claimed.alerts.length === 0 ? [] : await traced(this.parts.pool, claimed.alerts);
    const { groups, later, muted } = await channel.plan(alerts);
    if (muted.length > 0) await this.outbox.keep(idsOf(muted));
    for (const { alerts: waiting, ms } of later) await this.outbox.putBack(idsOf(waiting), ms);
    for (const [index, group] of groups.entries()) {
      if (index > 0) await pause(channel.paceMs ?? 0, this.stopped.signal);
      const now = performance.now();
      if (this.stopped.signal.aborted || this.breaker.waitMs(now) > 0 || now - claimedAt > LEASE_MS) {
        await this.outbox.putBack(idsOf(groups.slice(index).flatMap((each) => each.alerts)), this.waitMs());
        break;
      }
      await this.send(group, channel);
    }
    await this.tidy(channel);
    return groups.length;
  }

  private async send({ alerts, ...group }: Group, channel: Channel): Promise<void> {
    const timing = { timeoutMs: this.options.timeoutMs, cut: this.cut.signal };
    const outcome = await this.deliver({ alerts, ...group }, channel, timing);
    if (outcome.sent) {
      this.breaker.succeeded();
      await this.outbox.sent(idsOf(alerts));
      return;
    }
    // We hung up, not the other end: nothing was learned of it, and no attempt is used up.
    if (this.cut.signal.aborted) return this.outbox.putBack(idsOf(alerts), 0);
    if (!(outcome instanceof Unmade)) this.learn(outcome);
    if (outcome.final && outcome.ofMessage && alerts.length > 1) await this.bisect(alerts, outcome.reason);
    else await this.failed(alerts, outcome, channel.name);
  }

  /** What cannot be made into a message is refused by us, as the other end may refuse it. */
  private async deliver(group: Group, channel: Channel, timing: Timing): Promise<Outcome> {
    try {
      return await channel.deliver(group, timing);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      this.parts.log.error({ err: error, alerts: idsOf(group.alerts) }, 'a message could not be made');
      return new Unmade(error);
    }
  }

  /** The halves are messages of their own from now on, whoever sends them, until the one that is refused is alone. */
  private async bisect(alerts: readonly Alert[], reason: string): Promise<void> {
    const half = Math.ceil(alerts.length / 2);
    for (const part of [alerts.slice(0, half), alerts.slice(half)])
      await this.outbox.apart(idsOf(part), reason);
  }

  private async giveUp(unreadable: readonly number[]): Promise<void> {
    this.parts.log.error({ alerts: unreadable }, 'alerts that cannot be read are given up');
    await this.outbox.failed(unreadable, UNREADABLE, null);
  }

  private async tidy(channel: Channel): Promise<void> {
    if (!channel.tidy || this.stopped.signal.aborted || this.waitMs() > 0) return;
    const outcome = await channel.tidy({ timeoutMs: this.options.timeoutMs, cut: this.cut.signal });
    if (outcome === null || this.cut.signal.aborted) return;
    if (outcome.sent) return this.breaker.succeeded();
    this.learn(outcome);
    this.parts.log.warn({ reason: outcome.reason }, `${channel.name} did not take a change`);
  }

  /** A refusal for good shows that the other end works. */
  private learn({ final, retryAfterMs }: Failure): void {
    if (final) this.breaker.succeeded();
    else this.breaker.failed(performance.now(), retryAfterMs);
  }

  private async failed(
    group: readonly Alert[],
    { reason, final, retryAfterMs }: Failure,
    name: string,
  ): Promise<void> {
    const { maxAttempts } = this.options;
    const ended = group.filter((alert) => final || alert.attempts >= maxAttempts);
    const again = group.filter((alert) => !ended.includes(alert));
    this.parts.log.warn(
      { reason, alerts: group.length, dead: ended.length },
      `${name} did not take a message`,
    );
    if (ended.length > 0) await this.outbox.failed(idsOf(ended), reason, null);
    const attempts = again.reduce((most, alert) => Math.max(most, alert.attempts), 0);
    const pauseMs = Math.max(this.pauseAfter(attempts), retryAfterMs ?? 0);
    if (again.length > 0) await this.outbox.failed(idsOf(again), reason, pauseMs);
  }

  private waitMs(): number {
    return this.breaker.waitMs(performance.now());
  }

  /** Jitter keeps several senders from coming back together. */
  private pauseAfter(attempts: number): number {
    const { firstPauseMs, greatestPauseMs } = this.options;
    const pauseMs = Math.min(greatestPauseMs, firstPauseMs * 2 ** Math.max(0, attempts - 1));
    return pauseMs * (0.5 + Math.random() / 2);
  }
}

/** An error of the database may pass; any other comes again. */
class Unmade implements Failure {
  readonly sent = false;
  readonly reason: string;
  readonly final: boolean;
  readonly ofMessage = true;
  readonly retryAfterMs = null;
  constructor(error: unknown) {
    this.reason = `could not be made: ${error instanceof Error ? error.name : 'unknown error'}`;
    this.final = !(error instanceof DatabaseError);
  }
}

function idsOf(alerts: readonly Alert[]): number[] {
  return alerts.map(({ id }) => id);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return;
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
