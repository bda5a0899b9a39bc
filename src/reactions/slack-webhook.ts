import type { Secret } from '../platform/secret';

/** What came of sending. Reasons name neither the URL nor anything of it. */
export type Outcome =
  { sent: true } | { sent: false; reason: string; final: boolean; retryAfterMs: number | null };

const MAX_ANSWER_BYTES = 4_096;
/** A receiver may ask for patience, not for silence. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Posts a message to an incoming webhook. Never throws: Slack takes a message by answering 200 and `ok`.
 * @param cut ends it before its time; whether it was taken is not known then
 */
export async function postToSlack(
  url: Secret,
  message: { text: string },
  timeoutMs: number,
  cut: AbortSignal,
): Promise<Outcome> {
  try {
    const response = await fetch(url.reveal(), {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(message),
      // Where it would lead to is not who was configured to read this.
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), cut]),
    });
    const answer = await beginning(response);
    if (response.status === 200 && answer.trim() === 'ok') return { sent: true };
    return refused(response);
  } catch (error) {
    return { sent: false, reason: reasonOf(error), final: false, retryAfterMs: null };
  }
}

function refused(response: Response): Outcome {
  const { status } = response;
  if (status >= 200 && status < 300) {
    const reason = `answered ${status} and not ok`;
    return { sent: false, reason, final: false, retryAfterMs: null };
  }
  // What is wrong with the message or the webhook is as wrong the next time.
  const final = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return {
    sent: false,
    reason: `answered ${status}`,
    final,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
  };
}

/** Seconds, or an HTTP date. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

async function beginning(response: Response): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).toString();
}

/** An error's own text may hold the address; its code does not. Read by shape: it may come from another realm. */
function reasonOf(error: unknown): string {
  if (member(error, 'name') === 'TimeoutError') return 'did not answer in time';
  const code = member(member(error, 'cause'), 'code');
  return typeof code === 'string' && /^[A-Z_0-9]{1,40}$/.test(code)
    ? `could not be reached (${code})`
    : 'could not be reached';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
