/** The senders of a service, by its configuration: one for people, one for machines. */
import type { Pool } from 'pg';
import type { Config } from '../platform/config';
import type { Log } from '../platform/logging';
import { planner } from './alerting/plan';
import type { Channel } from './channel';
import { TO_MACHINES } from './claim';
import { dailyDigest } from './digest-alert';
import { completeImport } from './import-alert';
import { OutboxSender } from './sender';
import { SlackApi } from './slack/api';
import { SlackBot } from './slack/bot';
import { sumsFrom } from './slack/thread-sums';
import { Threads } from './slack/threads';
import { SlackWebhook } from './slack/webhook';
import { StandardWebhook } from './standard-webhook';

export interface SendersParts {
  config: Pick<Config, 'slack' | 'alerts' | 'kafka'>;
  pool: Pool;
  log: Log;
  /** Where readers of a message find this service, such as `http://127.0.0.1:7420`. */
  link: string;
}

export function senders({ config, pool, log, link }: SendersParts): OutboxSender[] {
  const { webhook, digest } = config.alerts;
  const people = slackChannel({ config, pool, log, link });
  const isTold = digest !== null && (people !== null || webhook !== null);
  const daily = isTold ? patiently(dailyDigest(pool, digest), log) : null;
  const first = async () => {
    await completeImport(pool);
    await daily?.();
  };
  const machines =
    webhook && new StandardWebhook({ ...webhook, source: config.kafka.publish?.source ?? '/tallystick' });
  return [
    new OutboxSender({ pool, log, channel: people, first }),
    new OutboxSender({ pool, log, channel: machines, queue: TO_MACHINES }),
  ];
}

const PAUSE_MS = 60_000;

/** A digest that cannot be made keeps no alert from being sent, and is not tried again at once. */
export function patiently(
  daily: () => Promise<unknown>,
  log: Pick<Log, 'warn'>,
  now: () => number = () => performance.now(),
): () => Promise<void> {
  let notBefore = -Infinity;
  return async () => {
    if (now() < notBefore) return;
    try {
      await daily();
    } catch (error) {
      notBefore = now() + PAUSE_MS;
      log.warn({ err: error }, 'the daily digest could not be made; it is tried again in a minute');
    }
  };
}

function slackChannel({ config, pool, log, link }: SendersParts): Channel | null {
  const { webhookUrl, botToken, channel, apiUrl } = config.slack;
  const plan = planner(pool, config.alerts);
  if (botToken !== null && channel !== null) {
    const api = new SlackApi({ url: apiUrl, token: botToken });
    return new SlackBot({
      api,
      threads: new Threads(pool),
      sums: sumsFrom(pool),
      plan,
      log,
      place: channel,
      link,
    });
  }
  return webhookUrl === null ? null : new SlackWebhook({ url: webhookUrl, link, plan });
}
