/** One request to where alerts are sent, and what its answer means. Nothing here names an address, or anything of one. */

/** What came of sending. */
export type Outcome = { sent: true } | Failure;

export interface Failure {
  sent: false;
  reason: string;
  /** It is as wrong the next time: no further attempt is made. */
  final: boolean;
  /** What is wrong is in the message: another one, or a part of it, may be taken. */
  ofMessage: boolean;
  retryAfterMs: number | null;
}

export interface Timing {
  timeoutMs: number;
  /** Ends it before its time; whether it was taken is not known then. */
  cut: AbortSignal;
}

export interface Answer {
  status: number;
  text: string;
  retryAfterMs: number | null;
}

export interface Posted {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Of the answer; the rest is not read. */
  mostBytes: number;
}

/** Not understood, too large, of a kind or a content that is not taken. The others speak of the address, or of who asks. */
const OF_MESSAGE = new Set([400, 413, 415, 422]);
/** A receiver may ask for patience, not for silence. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Never throws: an answer, or why there is none. */
export async function post(
  { url, headers, body, mostBytes }: Posted,
  { timeoutMs, cut }: Timing,
): Promise<Answer | Failure> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      // Where it would lead to is not who was configured to read this.
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), cut]),
    });
    const text = await beginning(response, mostBytes);
    return { status: response.status, text, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) };
  } catch (error) {
    return failure(reasonOf(error));
  }
}

export function failure(reason: string, over: Partial<Failure> = {}): Failure {
  return { sent: false, reason, final: false, ofMessage: false, retryAfterMs: null, ...over };
}

/** Of an answer that is not the one that was hoped for. */
export function refused({ status, retryAfterMs }: Answer): Failure {
  if (status >= 200 && status < 300) return failure(`answered ${status} and not ok`);
  // What is wrong with the message or the address is as wrong the next time.
  const final = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return failure(`answered ${status}`, { final, ofMessage: OF_MESSAGE.has(status), retryAfterMs });
}

/** Seconds, or an HTTP date. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

async function beginning(response: Response, mostBytes: number): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= mostBytes) break;
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
