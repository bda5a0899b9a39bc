/** People in a double of Slack, and a machine behind a webhook, which remember what they were last told of each drift. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pool } from 'pg';
import { createLogger } from '../../../src/platform/logging';
import { Secret } from '../../../src/platform/secret';
import type { AlertBody } from '../../../src/reactions/alert';
import { planner } from '../../../src/reactions/alerting/plan';
import { NO_RULES } from '../../../src/reactions/alerting/rules';
import type { Channel } from '../../../src/reactions/channel';
import { type Queue, TO_MACHINES, TO_PEOPLE } from '../../../src/reactions/claim';
import { OutboxSender } from '../../../src/reactions/sender';
import { SlackApi } from '../../../src/reactions/slack/api';
import { SlackBot } from '../../../src/reactions/slack/bot';
import { sumsFrom } from '../../../src/reactions/slack/thread-sums';
import { Threads } from '../../../src/reactions/slack/threads';
import { StandardWebhook } from '../../../src/reactions/standard-webhook';
import { answer } from '../../support/slack';
import { type SlackApiDouble, slackApi, slackToken } from '../../support/slack-api';

/** How the next message goes wrong. */
export type Mishap = 'crash' | 'lost' | 'down' | 'refused';

/** What a drift was last told to be: `drift.` and this. */
export type State = 'opened' | 'accepted' | 'superseded' | 'resolved';

export interface Listeners {
  slack: SlackApiDouble;
  /** Events by their drift, in the order in which they came. */
  heard: { drift: string; names: string[]; state: State }[];
  /** One look of both senders at the outbox, the first message of which goes wrong. */
  send(mishap?: Mishap): Promise<void>;
  /** Until nothing is left; leases, pauses and what waits are over. */
  sendAll(): Promise<void>;
  /** The last state that people read of a drift, by any of its names; null: none. */
  read(names: readonly string[]): Promise<State | null>;
  close(): Promise<void>;
}

/** As a process that is killed after the other end has taken a message and before that is noted. */
class Killed extends Error {
  readonly code = '57P01';
}

export async function listeners(pool: Pool): Promise<Listeners> {
  const slack = await slackApi();
  const heard: Listeners['heard'] = [];
  let mishap: Mishap | null = null;
  const happens = (...which: Mishap[]) => {
    const now = mishap !== null && which.includes(mishap) ? mishap : null;
    if (now !== null) mishap = null;
    return now;
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const wrong = happens('lost', 'down', 'refused');
      if (wrong !== 'down' && wrong !== 'refused') hear(Buffer.concat(chunks).toString());
      response.writeHead(wrong === null ? 204 : wrong === 'refused' ? 413 : 503).end();
    });
  });
  function hear(text: string): void {
    const { type, data } = JSON.parse(text) as { type: string; data: AlertBody };
    if (!type.startsWith('com.tallystick.drift.')) return;
    const { drift, aliases = [] } = data;
    heard.push({
      drift,
      names: [drift, ...aliases],
      state: type.slice('com.tallystick.drift.'.length) as State,
    });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dies = (channel: Channel): Channel => ({
    name: channel.name,
    exclusive: channel.exclusive,
    plan: (alerts) => channel.plan(alerts),
    tidy: async (timing) => (await channel.tidy?.(timing)) ?? null,
    deliver: async (group, timing) => {
      const outcome = await channel.deliver(group, timing);
      if (happens('crash')) throw new Killed('the process was killed');
      return outcome;
    },
  });
  const threaded = new SlackBot({
    api: new SlackApi({ url: slack.url, token: new Secret(slackToken) }),
    threads: new Threads(pool),
    sums: sumsFrom(pool),
    plan: planner(pool, NO_RULES),
    log: createLogger('silent'),
    place: 'C0001',
    link: '',
    paceMs: 0,
  });
  const webhook = new StandardWebhook({
    url: new Secret(`http://127.0.0.1:${port}/`),
    secret: new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`),
    source: '/tallystick',
  });
  const sender = (channel: Channel, queue: Queue) =>
    new OutboxSender({
      pool,
      log: createLogger('silent'),
      channel: dies(channel),
      queue,
      options: { gatherMs: 0, firstPauseMs: 0, threshold: 1_000, timeoutMs: 5_000 },
    });
  const both = [sender(threaded, TO_PEOPLE), sender(webhook, TO_MACHINES)];
  const turn = (each: OutboxSender) =>
    each.turn().catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
      return 1;
    });
  const troubled = {
    lost: answer(500),
    down: answer(500),
    refused: answer(200, '{"ok":false,"error":"invalid_blocks"}'),
  };
  return {
    slack,
    heard,
    async send(next) {
      for (const each of both) {
        mishap = next ?? null;
        if (each === both[0] && next !== undefined && next !== 'crash') {
          slack.troubles.push({ method: 'chat.postMessage', taken: next === 'lost', answer: troubled[next] });
          mishap = null;
        }
        await turn(each);
        mishap = null;
        slack.troubles.length = 0;
      }
    },
    async sendAll() {
      await pool.query(
        `UPDATE app.outbox SET next_attempt_at = now() - interval '1 second', hook_next_attempt_at = now() - interval '1 second'`,
      );
      for (const each of both)
        for (let turns = 0; (await turn(each)) > 0; turns++)
          if (turns > 1_000) throw new Error('it never ends');
    },
    read: async (names) => stateIn(slack, names, await inSums(pool, names)),
    async close() {
      await slack.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

/** What the sums of promotions tell of a drift, by the keys of their messages. */
async function inSums(pool: Pool, names: readonly string[]): Promise<ReadonlyMap<string, State>> {
  const { rows } = await pool.query<{ key: string; kind: string }>(
    `SELECT 'summary/' || p.id AS key, o.kind FROM app.outbox o JOIN app.outbox p ON p.kind = 'generation.promoted' AND p.created_at = o.created_at
      WHERE o.status = 'kept' AND (o.drift_id = ANY($1) OR o.told_as = ANY($1))`,
    [names],
  );
  return new Map(rows.map(({ key, kind }) => [key, kind.slice('drift.'.length) as State]));
}

/**
 * Of all that is said in threads and in the sums of promotions, in the order of Slack's clock. A message of several names each of a
 * few by its link.
 */
function stateIn(
  { messages }: SlackApiDouble,
  names: readonly string[],
  sums: ReadonlyMap<string, State>,
): State | null {
  const about = messages.filter(
    ({ thread, text, key }) =>
      sums.has(key) || (thread !== null && names.some((name) => text.includes(`/v1/drifts/${name}`))),
  );
  const message = about.sort((a, b) => Number(a.ts) - Number(b.ts)).at(-1);
  if (message === undefined) return null;
  const summed = sums.get(message.key);
  if (summed) return summed;
  const last = message.text;
  if (last.startsWith('Resolved: ')) return 'resolved';
  if (last.startsWith('Accepted: ')) return 'accepted';
  return last.startsWith('Follows from another drift: ') ? 'superseded' : 'opened';
}
