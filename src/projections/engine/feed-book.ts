/** All feeds of a generation: their marks, their watermarks by kind, and which waits they end. */
import { type FeedState, beaten, initialFeed, received, watermark } from '../../domain/cases/feed';
import type { FeedClock, FeedName } from '../../domain/drift/context';
import type { Policy } from '../../domain/policy';

export class FeedBook implements FeedClock {
  /** By `<source>/<stream>`. */
  private readonly feeds = new Map<string, FeedState>();
  private readonly bySource = new Map<string, FeedState[]>();
  private readonly kinds = new Map<string, Set<string>>();
  private readonly changed = new Set<string>();
  now = 0;
  private shapes = 0;

  constructor(
    private readonly policy: Policy,
    private readonly startsAtOf: (source: string) => number | null,
    private readonly intervalOf: (source: string) => number | null = () => null,
  ) {}

  restore(states: readonly FeedState[]): void {
    for (const state of states) this.set(state);
    this.changed.clear();
  }

  /** The source is connected from this fact on: it can be missing something, and it can fall silent. */
  configure(source: string, kind: string, at: number, fact: number): void {
    if (!this.feeds.has(`${source}/*`)) this.set(initialFeed(source, '*', kind, at, fact));
  }

  receive(
    source: string,
    kind: string,
    stream: string,
    occurredAt: number | null,
    at: number,
    fact: number,
  ): void {
    for (const name of [stream, '*']) {
      const known = this.feeds.get(`${source}/${name}`) ?? initialFeed(source, name, kind, at, fact);
      this.set(received(known, occurredAt, at, fact));
    }
  }

  heartbeat(source: string, stream: string | null, asOf: number, at: number, fact: number): void {
    const whole = this.feeds.get(`${source}/*`);
    const name = stream ?? '*';
    const known =
      this.feeds.get(`${source}/${name}`) ?? (whole ? initialFeed(source, name, whole.kind, at, fact) : null);
    // A heartbeat for a source that is not connected says nothing of any case.
    if (known) this.set(beaten(known, asOf));
  }

  private set(state: FeedState): void {
    const key = `${state.source}/${state.stream}`;
    const next = { ...state, expectedIntervalSeconds: this.intervalOf(state.source) };
    const before = this.feeds.get(key);
    this.feeds.set(key, next);
    const siblings = this.bySource.get(state.source);
    if (!siblings) this.bySource.set(state.source, [next]);
    else if (before) siblings[siblings.indexOf(before)] = next;
    else siblings.push(next);
    const sources = this.kinds.get(state.kind);
    if (sources) sources.add(state.source);
    else this.kinds.set(state.kind, new Set([state.source]));
    if (next.independent && before?.independent !== true) this.shapes++;
    this.changed.add(key);
  }

  get(key: string): FeedState | undefined {
    return this.feeds.get(key);
  }

  all(): FeedState[] {
    return [...this.feeds.values()];
  }

  /** Feeds changed since the last call. */
  takeChanged(): string[] {
    const keys = [...this.changed];
    this.changed.clear();
    return keys;
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
    const own = this.policy.feeds[`${source}/${stream}`] ?? this.policy.feeds[source];
    const lateness = (own?.allowedLatenessSeconds ?? this.policy.defaults.allowedLatenessSeconds) * 1000;
    const siblings = this.bySource.get(source) ?? [];
    return watermark(this.feeds.get(`${source}/${stream}`) ?? null, siblings, lateness, this.now);
  }

  startsAt(kind: string): number | null {
    let earliest: number | null = null;
    for (const source of this.kinds.get(kind) ?? []) {
      const start = this.startsAtOf(source) ?? this.feeds.get(`${source}/*`)?.oldest ?? null;
      if (start !== null && (earliest === null || start < earliest)) earliest = start;
    }
    return earliest;
  }

  silenceMeansNothing({ kind, stream }: FeedName): boolean {
    const sources = [...(this.kinds.get(kind) ?? [])];
    const says = (key: string) => this.policy.feeds[key]?.silenceMeansNothing;
    return (
      sources.length > 0 && sources.every((source) => says(`${source}/${stream}`) ?? says(source) ?? false)
    );
  }

  /** Changes whenever a watermark may fall: a feed was connected, or a stream became independent of its source. */
  shape(): number {
    return this.shapes;
  }

  /** What a wait's name has reached now; null when it has reached nothing. */
  reached(on: string): number | null {
    if (on === 'clock') return this.now;
    if (on.startsWith('start:')) return this.startsAt(on.slice(6));
    const slash = on.indexOf('/');
    return this.watermark({ kind: on.slice(5, slash), stream: on.slice(slash + 1) });
  }
}
