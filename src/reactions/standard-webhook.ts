/**
 * Each alert as a CloudEvent to a URL, signed as Standard Webhooks say (standardwebhooks.com): the id is the alert's, so that who has
 * taken it twice can tell.
 */
import { createHmac } from 'node:crypto';
import type { Secret } from '../platform/secret';
import type { Channel, Group, Plan } from './channel';
import type { Alert } from './claim';
import { CONTENT_TYPE, cloudEvent } from './cloud-event';
import { type Outcome, type Timing, post, refused } from './http-answer';

const MAX_ANSWER_BYTES = 1_024;

export class StandardWebhook implements Channel {
  readonly name = 'The webhook';
  readonly exclusive = false;

  constructor(
    private readonly parts: {
      url: Secret;
      secret: Secret;
      /** Of the events. */
      source: string;
      now?: () => Date;
    },
  ) {}

  /** Machines are told everything, each by itself, at any hour. */
  plan(alerts: readonly Alert[]): Promise<Plan> {
    const groups = alerts.map((alert) => ({ alerts: [alert], place: null, surge: null }));
    return Promise.resolve({ groups, later: [], muted: [] });
  }

  async deliver({ alerts: [alert] }: Group, timing: Timing): Promise<Outcome> {
    if (!alert) throw new Error('a message needs an alert');
    const { url, secret, source, now = () => new Date() } = this.parts;
    const body = JSON.stringify(cloudEvent(alert, source));
    const id = `msg_${alert.id}`;
    const timestamp = String(Math.floor(now().getTime() / 1000));
    const answer = await post(
      {
        url: url.reveal(),
        headers: {
          'content-type': CONTENT_TYPE,
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature(secret, `${id}.${timestamp}.${body}`)}`,
        },
        body,
        mostBytes: MAX_ANSWER_BYTES,
      },
      timing,
    );
    if ('sent' in answer) return answer;
    return answer.status >= 200 && answer.status < 300 ? { sent: true } : refused(answer);
  }
}

function signature(secret: Secret, signed: string): string {
  const key = Buffer.from(secret.reveal().slice('whsec_'.length), 'base64');
  return createHmac('sha256', key).update(signed).digest('base64');
}
