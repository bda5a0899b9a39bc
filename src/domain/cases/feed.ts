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

/** What messages say of a feed: the bounds of their clocks (null where none was accepted), the last one's position, how many. */
export interface Heard {
  oldest: number | null;
  newest: number | null;
  fact: number;
  messages: number;
}

/** In place, unlike every other case: each fact of the ledger passes here, most of them twice. */
export function receive(
  state: FeedState,
  { oldest, newest, fact, messages }: Heard,
  recordedAt: number,
): void {
  if (newest !== null && (state.newest === null || newest > state.newest)) state.newest = newest;
  if (oldest !== null && (state.oldest === null || oldest < state.oldest)) state.oldest = oldest;
  if (recordedAt > state.receivedAt) state.receivedAt = recordedAt;
  if (fact > state.receivedFact) state.receivedFact = fact;
  state.messages += messages;
}

/** True when the stream becomes independent by it. */
export function beat(state: FeedState, asOf: number): boolean {
  const before = state.independent;
  if (state.heartbeat === null || asOf > state.heartbeat) state.heartbeat = asOf;
  state.independent = true;
  return !before;
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
