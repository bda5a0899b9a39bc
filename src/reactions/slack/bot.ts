/**
 * Slack as a bot: one message for each cause, which says how it stands now; what happens is told in its thread. A message that may
 * have arrived is looked for before it is sent again.
 */
import { clusterName } from '../../domain/drift/cluster';
import type { Log } from '../../platform/logging';
import { isDatabaseAway } from '../../platform/pools';
import { clusterId } from '../../projections/engine/reconcile';
import { threadOf, type Planner } from '../alerting/plan';
import type { Channel, Group } from '../channel';
import { type DriftAlert, type Summary, isSummary } from '../claim';
import type { Outcome, Timing } from '../http-answer';
import { type Found, type Message, type SlackApi, isGone } from './api';
import { slackMessage } from './message';
import { type ReadSums, SURGE } from './thread-sums';
import { threadText } from './thread-text';
import type { Thread, Threads } from './threads';

/** Slack takes about a message a second in a channel. */
const PACE_MS = 1_000;

export interface BotParts {
  api: SlackApi;
  threads: Threads;
  sums: ReadSums;
  plan: Planner;
  log: Pick<Log, 'error'>;
  /** Where what no route sends elsewhere goes. */
  place: string;
  link: string;
  paceMs?: number;
  now?: () => Date;
}

export class SlackBot implements Channel {
  readonly name = 'Slack';
  readonly exclusive = true;
  readonly paceMs: number;
  readonly plan: Planner;

  constructor(private readonly parts: BotParts) {
    this.plan = parts.plan;
    this.paceMs = parts.paceMs ?? PACE_MS;
  }

  async deliver(group: Group, timing: Timing): Promise<Outcome> {
    const [first] = group.alerts;
    if (!first) throw new Error('a message needs an alert');
    if (isSummary(first)) return this.summary(first, group, timing);
    const thread = await this.threadOf(first, group);
    const found = await this.first(thread, timing);
    // What is wrong with it is not of these alerts.
    if ('sent' in found) return { ...found, ofMessage: false };
    const outcome = await this.reply(group, thread, found.ts, timing);
    // Somebody has deleted the thread: it begins anew at the next attempt.
    if (!outcome.sent && isGone(outcome)) await this.parts.threads.forget(thread.key);
    return outcome;
  }

  /** Brings the first messages up to date; stops at the first that Slack does not take, not at one that cannot be made. */
  async tidy(timing: Timing): Promise<Outcome | null> {
    const { api, threads } = this.parts;
    let changed: Outcome | null = null;
    for (const thread of await threads.due()) {
      if (timing.cut.aborted) break;
      const made = await this.made(thread);
      if (made === null) {
        await threads.postpone(thread.key);
        continue;
      }
      const { text, open } = made;
      if (text !== thread.told && thread.ts !== null) {
        const failed = await api.update(thread.place, thread.ts, text, timing);
        if (failed && !isGone(failed) && !failed.final) return failed;
        changed = failed ? changed : { sent: true };
      }
      await threads.refreshed(thread.key, text, open === 0);
    }
    return changed;
  }

  /** The first message as it should be; null where that cannot be read or said. */
  private async made(thread: Thread): Promise<{ text: string; open: number } | null> {
    try {
      const now = await this.parts.sums(thread.about);
      return { text: this.text(thread, now), open: now.open };
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      this.parts.log.error({ err: error, thread: thread.key }, 'a thread could not be brought up to date');
      return null;
    }
  }

  private async threadOf(alert: DriftAlert, { surge, place }: Group): Promise<Thread> {
    const { threads } = this.parts;
    const { message, toldIn, body, id } = alert;
    const key = threadOf(message) ?? threadOf(toldIn);
    const known = key === null ? null : await threads.byKey(key);
    if (known) return known;
    const about = surge ? `${SURGE}${surge.detector}` : clusterId(body.detector, body.cause);
    const title = surge ? surge.detector : clusterName(body.detector, body.cause);
    return threads.of(about, title, place ?? this.parts.place, id);
  }

  /** The thread's first message, which is sent where it is not there yet. */
  private async first(thread: Thread, timing: Timing): Promise<Found> {
    const { threads, sums } = this.parts;
    if (thread.ts !== null) return { ts: thread.ts };
    const text = this.text(thread, await sums(thread.about));
    const { place, key, createdAt } = thread;
    const message = { place, key, text, thread: null };
    const there = thread.tried ? await this.parts.api.find(message, createdAt, timing) : null;
    if (!thread.tried) await threads.willTry(key);
    const found = there ?? (await this.parts.api.post(message, timing));
    // What is there already was told earlier: how it stands now is said by the next change.
    if ('ts' in found) await threads.posted(key, found.ts, there ? null : text);
    return found;
  }

  private async reply(
    { alerts, surge }: Group,
    thread: Thread,
    ts: string,
    timing: Timing,
  ): Promise<Outcome> {
    const { message, ids, triedSince } = identity(alerts, thread.key);
    await this.parts.threads.bind(ids, message);
    const { text } = slackMessage({ alerts, surge }, this.parts.link);
    return sent(await this.once({ place: thread.place, key: message, text, thread: ts }, triedSince, timing));
  }

  private async summary(summary: Summary, { alerts, place }: Group, timing: Timing): Promise<Outcome> {
    const { message, ids, triedSince } = identity(alerts, 'summary');
    await this.parts.threads.bind(ids, message);
    const { text } = slackMessage({ alerts: [summary], surge: null }, this.parts.link);
    const to = place ?? this.parts.place;
    return sent(await this.once({ place: to, key: message, text, thread: null }, triedSince, timing));
  }

  /** @param triedSince null: it was never tried, so it cannot be there */
  private async once(message: Message, triedSince: Date | null, timing: Timing): Promise<Found> {
    const { api } = this.parts;
    const there = triedSince === null ? null : await api.find(message, triedSince, timing);
    return there ?? api.post(message, timing);
  }

  private text(thread: Thread, sums: Awaited<ReturnType<ReadSums>>): string {
    return threadText(thread, sums, this.parts.now?.() ?? new Date(), this.parts.link);
  }
}

function identity(alerts: Group['alerts'], thread: string) {
  const ids = alerts.map(({ id }) => id);
  const bound = alerts.find(({ message }) => message !== null);
  const oldest = alerts.reduce((date, { createdAt }) => (createdAt < date ? createdAt : date), new Date());
  return {
    message: bound?.message ?? `${thread}/${Math.min(...ids)}`,
    ids,
    triedSince: bound ? oldest : null,
  };
}

function sent(found: Found): Outcome {
  return 'ts' in found ? { sent: true } : found;
}
