/**
 * What is known of a feed: a source (`<source>/*`) or one stream of it. Watermarks come from the source's clock, staleness
 * from our clock of receipt.
 */
import { type CountedBeat, type RowCount, withBeat, withTold } from './row-count';
import { type Run, withRun } from './sequence';

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
  /** How far a message's clock lay behind ours at the least, ms: what was never current is still being imported. */
  leastLag: number | null;
  /** The heartbeat that looked last. */
  lastBeat: { at: number; asOf: number; fact: number } | null;
  /** Sequence numbers seen; of a named stream only. */
  runs: readonly Run[];
  /** Last sequence numbers that heartbeats name and that are beyond all seen, earliest first. */
  claims: readonly Claim[];
  /** Null until a heartbeat says how many messages there were. */
  rowCount: RowCount | null;
}

export interface Claim {
  sequence: number;
  asOf: number;
  fact: number;
}

const MOST_CLAIMS = 50;

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
    leastLag: null,
    lastBeat: null,
    runs: [],
    claims: [],
    rowCount: null,
  };
}

/** What messages say of a feed: the bounds of their clocks (null where none was accepted), the last one's position, how many. */
export interface Heard {
  oldest: number | null;
  newest: number | null;
  fact: number;
  messages: number;
  /** Clock and mark of each accepted message in turn. */
  told: readonly number[];
  /** Sequence numbers that they carry. */
  runs: readonly Run[];
}

/** In place, unlike every other case: each fact of the ledger passes here, most of them twice. */
export function receive(
  state: FeedState,
  { oldest, newest, fact, messages, told, runs }: Heard,
  recordedAt: number,
): void {
  if (newest !== null && (state.newest === null || newest > state.newest)) state.newest = newest;
  if (oldest !== null && (state.oldest === null || oldest < state.oldest)) state.oldest = oldest;
  if (recordedAt > state.receivedAt) state.receivedAt = recordedAt;
  if (fact > state.receivedFact) state.receivedFact = fact;
  state.messages += messages;
  if (state.newest !== null) {
    const lag = recordedAt - state.newest;
    if (state.leastLag === null || lag < state.leastLag) state.leastLag = lag;
  }
  if (state.rowCount !== null && told.length > 0) state.rowCount = withTold(state.rowCount, told);
  // Each stream has a sequence of its own.
  if (runs.length === 0 || state.stream === '*') return;
  for (const run of runs) state.runs = withRun(state.runs, run);
  if (state.claims.length > 0) state.claims = unseen(state.claims, state.runs);
}

function unseen(claims: readonly Claim[], runs: readonly Run[]): readonly Claim[] {
  const highest = runs.at(-1)?.to ?? -Infinity;
  return claims.filter(({ sequence }) => sequence > highest);
}

/** What a heartbeat says. */
export interface Beat {
  asOf: number;
  at: number;
  rowCount: number | null;
  lastSequence: number | null;
  fact: number;
}

/** True when the stream becomes independent by it. */
export function beat(state: FeedState, { asOf, at, rowCount, lastSequence, fact }: Beat): boolean {
  const before = state.independent;
  const last = state.lastBeat;
  if (last === null || at > last.at || (at === last.at && asOf > last.asOf))
    state.lastBeat = { at, asOf, fact };
  if (rowCount !== null) {
    const counted: CountedBeat = { asOf, rows: rowCount, fact };
    state.rowCount = withBeat(state.rowCount, counted, state.newest);
  }
  if (lastSequence !== null) claim(state, { sequence: lastSequence, asOf, fact });
  if (state.heartbeat === null || asOf > state.heartbeat) state.heartbeat = asOf;
  state.independent = true;
  return !before;
}

/** The earliest claims and the newest: since when numbers are missing, and how many. */
function claim(state: FeedState, claimed: Claim): void {
  const { sequence, asOf } = claimed;
  if (state.claims.some((known) => known.asOf === asOf && known.sequence === sequence)) return;
  const claims = [...state.claims, claimed].sort((a, b) => a.asOf - b.asOf || a.sequence - b.sequence);
  const open = unseen(claims, state.runs);
  state.claims = open.length > MOST_CLAIMS ? open.toSpliced(MOST_CLAIMS - 1, 1) : open;
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
