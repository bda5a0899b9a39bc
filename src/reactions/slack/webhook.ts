/** Slack's incoming webhook: it takes text and answers `ok`. It cannot be asked what it has taken, so each message carries its alerts' ids. */
import type { Secret } from '../../platform/secret';
import type { Channel, Group } from '../channel';
import { type Outcome, type Timing, post, refused } from '../http-answer';
import type { Planner } from '../alerting/plan';
import { slackMessage } from './message';

const MAX_ANSWER_BYTES = 4_096;

export class SlackWebhook implements Channel {
  readonly name = 'Slack';
  readonly exclusive = false;
  readonly plan: Planner;

  constructor(
    private readonly parts: {
      url: Secret;
      /** Where readers find this service, without `/` at its end. */
      link: string;
      plan: Planner;
    },
  ) {
    this.plan = parts.plan;
  }

  async deliver(group: Group, timing: Timing): Promise<Outcome> {
    const { url, link } = this.parts;
    const answer = await post(
      {
        url: url.reveal(),
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(slackMessage(group, link)),
        mostBytes: MAX_ANSWER_BYTES,
      },
      timing,
    );
    if ('sent' in answer) return answer;
    return answer.status === 200 && answer.text.trim() === 'ok' ? { sent: true } : refused(answer);
  }
}
