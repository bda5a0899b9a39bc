/**
 * What is known of a feed: a source (`<source>/*`) or one stream of it. Watermarks come from the source's clock, staleness
 * from our clock of receipt.
 */
export interface FeedState {
  source: string;
  /** `*` is the source as a whole. */
  stream: string;
  kind: string;
  expectedIntervalSeconds: number | null;
  /** Greatest accepted occurredAt, epoch ms. */
  newest: number | null;
  /** Earliest accepted occurredAt. */
  oldest: number | null;
  /** `as_of` of the newest heartbeat that names exactly this feed. */
  heartbeat: number | null;
  /** A heartbeat named this stream: it is judged by itself from then on. Always true of `*`. */
  independent: boolean;
  /** Our clock at the last receipt, or at the configuration before any. */
  receivedAt: number;
  receivedFact: number;
  messages: number;
}

export function initialFeed(
  source: string,
  stream: string,
  kind: string,
  at: number,
  fact: number,
): FeedState {
  return {
    source,
    stream,
    kind,
    expectedIntervalSeconds: null,
    newest: null,
    oldest: null,
    heartbeat: null,
    independent: stream === '*',
    receivedAt: at,
    receivedFact: fact,
    messages: 0,
  };
}

export function received(
  state: FeedState,
  occurredAt: number | null,
  recordedAt: number,
  fact: number,
): FeedState {
  return {
    ...state,
    newest: occurredAt === null ? state.newest : Math.max(state.newest ?? occurredAt, occurredAt),
    oldest: occurredAt === null ? state.oldest : Math.min(state.oldest ?? occurredAt, occurredAt),
    receivedAt: Math.max(state.receivedAt, recordedAt),
    receivedFact: fact,
    messages: state.messages + 1,
  };
}

export function beaten(state: FeedState, asOf: number): FeedState {
  return { ...state, heartbeat: Math.max(state.heartbeat ?? asOf, asOf), independent: true };
}

/**
 * The watermark of a stream as of `now`, less the allowed lateness. A stream that no heartbeat names is as current as its
 * source; a heartbeat of the whole source speaks for all its streams. Null: nothing was heard yet.
 */
export function watermark(
  stream: FeedState | null,
  siblings: readonly FeedState[],
  latenessMs: number,
  now: number,
): number | null {
  const whole = siblings.find((feed) => feed.stream === '*');
  const voices: (number | null)[] = [whole?.heartbeat ?? null];
  if (stream?.independent && stream.stream !== '*') voices.push(stream.newest, stream.heartbeat);
  else for (const feed of siblings) if (feed.stream !== '*' && !feed.independent) voices.push(feed.newest);
  let best: number | null = null;
  for (const voice of voices) if (voice !== null && (best === null || voice > best)) best = voice;
  return best === null ? null : Math.min(best, now) - latenessMs;
}
