/**
 * A simulator of Slack's Web API in this process: it keeps channels, threads and metadata, refuses what Slack refuses, and can be
 * told to fail at the next calls, before or after it has taken what was sent.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SlackAnswer } from './slack';

export interface SlackMessage {
  channel: string;
  ts: string;
  thread: string | null;
  text: string;
  key: string;
}

type Call = Record<string, unknown>;
/** `taken`: whether the message arrives before the answer goes wrong. */
export interface Trouble {
  method: string;
  taken: boolean;
  answer: SlackAnswer;
}

export const slackToken = 'xoxb-verysecret';

export interface SlackApiDouble {
  url: string;
  messages: SlackMessage[];
  calls: string[];
  /** Each is used up by the next call of its method. */
  troubles: Trouble[];
  /** Slack's word for what is wrong with a message, such as `invalid_blocks`; null: nothing is. */
  refuses: (call: Call) => string | null;
  /** First messages of threads, and what was said in each. */
  threads(): { text: string; channel: string; replies: string[] }[];
  remove(ts: string): void;
  close(): Promise<void>;
}

export async function slackApi(channels: readonly string[] = ['C0001']): Promise<SlackApiDouble> {
  const messages: SlackMessage[] = [];
  let clock = Math.floor(Date.now() / 1000);
  const methods: Record<string, (call: Call) => object> = {
    'chat.postMessage': (call) => {
      const { channel, text, thread_ts: thread = null, metadata } = call;
      const error = double.refuses(call);
      if (error !== null) return { ok: false, error };
      if (!channels.includes(channel as string)) return { ok: false, error: 'channel_not_found' };
      if (thread !== null && !messages.some(({ ts }) => ts === thread))
        return { ok: false, error: 'thread_not_found' };
      const ts = `${(clock += 1)}.000100`;
      const { key } = (metadata as { event_payload: { key: string } }).event_payload;
      messages.push({ channel, ts, thread, text, key } as SlackMessage);
      return { ok: true, channel, ts, message: { text } };
    },
    'chat.update': ({ channel, ts, text }) => {
      const message = messages.find((each) => each.channel === channel && each.ts === ts);
      if (!message) return { ok: false, error: 'message_not_found' };
      message.text = text as string;
      return { ok: true, channel, ts, text };
    },
    'conversations.history': ({ channel }) => listed(({ thread }) => thread === null, channel),
    'conversations.replies': ({ channel, ts }) =>
      listed((message) => message.thread === ts || message.ts === ts, channel),
  };
  function listed(fits: (message: SlackMessage) => boolean, channel: unknown): object {
    const found = messages.filter((message) => message.channel === channel && fits(message));
    const seen = found.map(({ ts, text, key }) => ({
      ts,
      text,
      metadata: { event_type: 'tallystick_alert', event_payload: { key } },
    }));
    return { ok: true, messages: seen.reverse(), has_more: false, response_metadata: { next_cursor: '' } };
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const method = (request.url ?? '').slice('/api/'.length);
      double.calls.push(method);
      const body = Buffer.concat(chunks).toString();
      const isJson = request.headers['content-type']?.startsWith('application/json');
      const call = isJson ? (JSON.parse(body) as Call) : Object.fromEntries(new URLSearchParams(body));
      const index = double.troubles.findIndex((each) => each.method === method);
      const [trouble] = index < 0 ? [] : double.troubles.splice(index, 1);
      const known = request.headers.authorization === `Bearer ${slackToken}`;
      const take = () =>
        known
          ? (methods[method]?.(call) ?? { ok: false, error: 'unknown_method' })
          : { ok: false, error: 'invalid_auth' };
      if (trouble) {
        if (trouble.taken) take();
        trouble.answer(response, request);
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(take()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const double: SlackApiDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    messages,
    calls: [],
    troubles: [],
    refuses: () => null,
    threads: () =>
      messages
        .filter(({ thread }) => thread === null)
        .map(({ ts, text, channel }) => ({
          text,
          channel,
          replies: messages.filter(({ thread }) => thread === ts).map((each) => each.text),
        })),
    remove: (ts) => {
      messages.splice(0, messages.length, ...messages.filter((each) => each.ts !== ts && each.thread !== ts));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return double;
}
