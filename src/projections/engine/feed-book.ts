/** All feeds of a generation: their marks, their watermarks by kind, and which waits they end. */
import { type FeedState, beat, initialFeed, receive, watermark } from '../../domain/cases/feed';
import type { FeedClock, FeedName } from '../../domain/drift/context';
import type { Policy } from '../../domain/policy';
import type { Reading } from './reading';
import { own } from '../../domain/own';

export class FeedBook implements FeedClock {
  private readonly bySource = new Map<string, Map<string, FeedState>>();
  private readonly kinds = new Map<string, Set<string>>();
  private readonly changed = new Set<FeedState>();
  now = 0;
  private shapes = 0;

  constructor(
    private readonly policy: Policy,
    private readonly startsAtOf: (source: string) => number | null,
  ) {}

  /**
   * What a block says of feeds. True when a watermark may have fallen by it: a feed was connected, or a stream became
   * independent of its source.
   */
  take({
    at,
    connected,
    receipts,
    beats,
  }: Pick<Reading, 'at' | 'connected' | 'receipts' | 'beats'>): boolean {
    const before = this.shapes;
    // Connected from this fact on: it can be missing something, and it can fall silent.
    for (const { source, kind, fact, expectedIntervalSeconds } of connected) {
      this.feed(source, '*', kind, at, fact);
      this.expect(source, expectedIntervalSeconds);
    }
    for (const receipt of receipts) {
      const { source, kind, stream, fact } = receipt;
      if (stream !== '*') receive(this.feed(source, stream, kind, at, fact), receipt, at);
      receive(this.feed(source, '*', kind, at, fact), receipt, at);
    }
    for (const told of beats) {
      const { source, stream, fact } = told;
      const whole = this.bySource.get(source)?.get('*');
      // A heartbeat for a source that is not connected says nothing of any case.
      if (whole && beat(this.feed(source, stream ?? '*', whole.kind, at, fact), told)) this.shapes++;
    }
    return this.shapes !== before;
  }

  /** Copies of the feeds that changed since `takeChanged`, for others to know the watermarks by: no more is copied. */
  snapshot(): FeedState[] {
    return [...this.changed].map((state) => ({ ...state, runs: [], claims: [], rowCount: null }));
  }

  /** Feeds as another book has them: they are judged there. */
  mirror(states: readonly FeedState[]): void {
    for (const state of states) this.add(state);
    this.changed.clear();
  }

  /** The feed, new if need be, marked as changed. */
  private feed(source: string, stream: string, kind: string, at: number, fact: number): FeedState {
    const streams = this.bySource.get(source);
    const known = streams?.get(stream);
    if (known) {
      this.changed.add(known);
      return known;
    }
    const state = initialFeed(source, stream, kind, at, fact);
    state.expectedIntervalSeconds = streams?.get('*')?.expectedIntervalSeconds ?? null;
    return this.add(state);
  }

  /** The interval is the fact's, not that of today's settings: when a source was configured decides what was silence. */
  private expect(source: string, seconds: number | null): void {
    for (const state of this.bySource.get(source)?.values() ?? []) {
      state.expectedIntervalSeconds = seconds;
      this.changed.add(state);
    }
  }

  private add(state: FeedState): FeedState {
    const streams = this.bySource.get(state.source);
    if (streams) streams.set(state.stream, state);
    else this.bySource.set(state.source, new Map([[state.stream, state]]));
    const sources = this.kinds.get(state.kind);
    if (sources) sources.add(state.source);
    else this.kinds.set(state.kind, new Set([state.source]));
    if (state.independent) this.shapes++;
    this.changed.add(state);
    return state;
  }

  /** Feeds changed since the last call. */
  takeChanged(): FeedState[] {
    const feeds = [...this.changed];
    this.changed.clear();
    return feeds;
  }

  watermark({ kind, stream }: FeedName): number | null {
    let lowest: number | null = null;
    const sources = this.kinds.get(kind);
    if (!sources) return null;
    for (const source of sources) {
      const mark = this.watermarkOf(source, stream);
      if (mark === null) return null;
      if (lowest === null || mark < lowest) lowest = mark;
    }
    return lowest;
  }

  watermarkOf(source: string, stream: string): number | null {
    const said = own(this.policy.feeds, `${source}/${stream}`) ?? own(this.policy.feeds, source);
    const lateness = (said?.allowedLatenessSeconds ?? this.policy.defaults.allowedLatenessSeconds) * 1000;
    const streams = this.bySource.get(source);
    return watermark(streams?.get(stream) ?? null, [...(streams?.values() ?? [])], lateness, this.now);
  }

  startsAt(kind: string): number | null {
    let earliest: number | null = null;
    for (const source of this.kinds.get(kind) ?? []) {
      const start = this.startsAtOf(source) ?? this.bySource.get(source)?.get('*')?.oldest ?? null;
      if (start !== null && (earliest === null || start < earliest)) earliest = start;
    }
    return earliest;
  }

  silenceMeansNothing({ kind, stream }: FeedName): boolean {
    const sources = [...(this.kinds.get(kind) ?? [])];
    const says = (key: string) => own(this.policy.feeds, key)?.silenceMeansNothing;
    return (
      sources.length > 0 && sources.every((source) => says(`${source}/${stream}`) ?? says(source) ?? false)
    );
  }

  /** What a wait's name has reached now; null when it has reached nothing. */
  reached(on: string): number | null {
    if (on === 'clock' || on === 'ahead') return this.now;
    if (on.startsWith('start:')) return this.startsAt(on.slice(6));
    const [from, slash] = [on.indexOf(':') + 1, on.indexOf('/')];
    const [name, stream] = [on.slice(from, slash), on.slice(slash + 1)];
    return on.startsWith('source:') ? this.watermarkOf(name, stream) : this.watermark({ kind: name, stream });
  }
}
