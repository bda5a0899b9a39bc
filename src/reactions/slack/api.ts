/** The methods of Slack's Web API that a thread needs. It answers 200 also to what it refuses: `ok` says which. */
import { z } from 'zod';
import type { Secret } from '../../platform/secret';
import { type Failure, type Timing, failure, post, refused } from '../http-answer';

export interface Message {
  place: string;
  text: string;
  /** In the message's metadata, by which it is found again. */
  key: string;
  /** Of the message that it is an answer to. */
  thread: string | null;
}

/** Of a message of Slack: its time, which names it within its channel. */
export type Found = { ts: string } | Failure;

const MAX_ANSWER_BYTES = 8_388_608;
const EVENT = 'tallystick_alert';
/** Messages that are looked through for one that may be there. */
const PAGE = 200;
const PAGES = 25;

/** What is wrong with the message itself, or with what it is about, is as wrong the next time. */
const FINAL = new Set([
  'msg_too_long',
  'msg_blocks_too_long',
  'no_text',
  'invalid_arguments',
  'invalid_arg_name',
  'invalid_array_arg',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_charset',
  'invalid_form_data',
  'invalid_json',
  'json_not_object',
  'invalid_post_type',
  'markdown_text_conflict',
  'metadata_too_large',
  'invalid_metadata_format',
  'invalid_metadata_schema',
]);
/** The message that was to be changed or answered is no longer there. */
const GONE = new Set(['message_not_found', 'thread_not_found', 'cant_update_message', 'edit_window_closed']);

const posted = z.object({ ts: z.string().min(1) });
const listed = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z
        .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
        .optional(),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

export function isGone({ reason }: Failure): boolean {
  return GONE.has(reason.slice(reason.lastIndexOf(' ') + 1));
}

export class SlackApi {
  constructor(private readonly parts: { url: string; token: Secret }) {}

  async post({ place, text, key, thread }: Message, timing: Timing): Promise<Found> {
    const message = {
      channel: place,
      text,
      ...(thread === null ? {} : { thread_ts: thread }),
      unfurl_links: false,
      metadata: { event_type: EVENT, event_payload: { key } },
    };
    const answer = await this.call('chat.postMessage', message, posted, timing);
    return 'sent' in answer ? answer : { ts: answer.ts };
  }

  async update(place: string, ts: string, text: string, timing: Timing): Promise<Failure | null> {
    const answer = await this.call('chat.update', { channel: place, ts, text }, posted, timing);
    return 'sent' in answer ? answer : null;
  }

  /**
   * A message by its key: in a channel, or in one of its threads; null: it is not there.
   * @param since Slack's clock may differ from ours by a minute
   */
  async find(
    { place, thread, key }: Pick<Message, 'place' | 'thread' | 'key'>,
    since: Date,
    timing: Timing,
  ): Promise<Found | null> {
    const method = thread === null ? 'conversations.history' : 'conversations.replies';
    let cursor = '';
    for (let page = 0; page < PAGES; page++) {
      const query = {
        channel: place,
        ...(thread === null ? {} : { ts: thread }),
        oldest: String(since.getTime() / 1000 - 60),
        include_all_metadata: 'true',
        limit: String(PAGE),
        ...(cursor === '' ? {} : { cursor }),
      };
      const answer = await this.call(method, new URLSearchParams(query), listed, timing);
      if ('sent' in answer) return answer;
      for (const { ts, metadata } of answer.messages)
        if (metadata?.event_type === EVENT && metadata.event_payload['key'] === key) return { ts };
      cursor = answer.response_metadata?.next_cursor ?? '';
      if (cursor === '') return null;
    }
    return failure('has more messages than can be looked through');
  }

  private async call<T>(
    method: string,
    body: object | URLSearchParams,
    schema: z.ZodType<T>,
    timing: Timing,
  ): Promise<T | Failure> {
    const isForm = body instanceof URLSearchParams;
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
    const answer = await post(
      {
        url: `${this.parts.url}/${method}`,
        headers: {
          authorization: `Bearer ${this.parts.token.reveal()}`,
          'content-type': `${type}; charset=utf-8`,
        },
        body: isForm ? body.toString() : JSON.stringify(body),
        mostBytes: MAX_ANSWER_BYTES,
      },
      timing,
    );
    if ('sent' in answer) return answer;
    if (answer.status !== 200) return refused(answer);
    const said = read(answer.text);
    if (said === null) return failure('answered 200 and no JSON');
    if (said.ok !== true) {
      const reason = errorOf(said.error);
      const final = FINAL.has(reason);
      return failure(`answered ${reason}`, { final, ofMessage: final, retryAfterMs: answer.retryAfterMs });
    }
    const result = schema.safeParse(said);
    return result.success ? result.data : failure('answered 200 and not as documented');
  }
}

function read(text: string): { ok?: unknown; error?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** Slack's own word, and nothing that could be more than that. */
function errorOf(error: unknown): string {
  return typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : 'ok:false';
}
