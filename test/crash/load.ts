/** Several senders at once that keep what was acknowledged apart from what they do not know. */
import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../../src/simulator';
import { randomFrom } from '../laws/support/shuffle';

export interface Request {
  source: string;
  /** One message a line. */
  lines: string[];
}

/** A world's messages in bodies of 1 to 40 messages, each of one source, in the order of delivery. */
export function requestsOf(world: World, random: () => number): Request[] {
  const requests: Request[] = [];
  const open = new Map<string, { request: Request; size: number }>();
  for (const { source, body } of world.messages()) {
    const filling = open.get(source) ?? {
      request: { source, lines: [] },
      size: 1 + Math.floor(random() ** 2 * 40),
    };
    open.set(source, filling);
    filling.request.lines.push(body);
    if (filling.request.lines.length < filling.size) continue;
    requests.push(filling.request);
    open.delete(source);
  }
  return [...requests, ...[...open.values()].map(({ request }) => request)];
}

const SENDERS = 4;
/** Before the answer began, and in the middle of it. */
const GONE = new Set(['fetch failed', 'terminated']);

export class Load {
  readonly acknowledged = new Set<Request>();
  private readonly random: () => number;
  /** The highest position that an answer has named. */
  position = 0;

  constructor(
    private readonly requests: readonly Request[],
    seed: number,
  ) {
    this.random = randomFrom(seed);
  }

  /**
   * `url` is one address, or answers one for each request, null while nobody serves. Sends what is not acknowledged among the first `upTo` requests; when that is done, what was acknowledged already, as
   * systems do that send again. Ends when `stop` says so, or, with `once`, when nothing is left.
   */
  async send(
    url: string | (() => string | null),
    upTo: number,
    { stop, once }: { stop: AbortSignal; once: boolean },
  ): Promise<void> {
    const waiting = this.requests.slice(0, upTo).filter((request) => !this.acknowledged.has(request));
    const next = (): Request | undefined =>
      waiting.shift() ?? (once ? undefined : this.requests[Math.floor(this.random() * upTo)]);
    const sender = async () => {
      for (let request = next(); request && !stop.aborted; request = next()) {
        const to = typeof url === 'string' ? url : url();
        if (to !== null && (await this.post(to, request, stop)) === 'acknowledged') continue;
        waiting.push(request);
        if (to === null) await delay(20);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
  }

  private async post(url: string, request: Request, stop: AbortSignal): Promise<'acknowledged' | 'later'> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}/v1/sources/${request.source}/facts`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: request.lines.join('\n'),
        signal: stop,
      });
      text = await response.text();
    } catch (error) {
      // Nobody answers any more, so whether it was recorded is not known: it is sent again.
      if (stop.aborted || GONE.has((error as Error).message)) return 'later';
      throw error;
    }
    if (response.status === 503) return 'later';
    if (response.status !== 202) throw new Error(`${response.status}: ${text}`);
    this.acknowledged.add(request);
    this.position = Math.max(this.position, (JSON.parse(text) as { position: number }).position);
    return 'acknowledged';
  }
}
