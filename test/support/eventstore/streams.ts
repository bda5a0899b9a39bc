/** What a server keeps: streams of events, appended, deleted and truncated as a server of 23.10 was seen to do it. */

export interface StoredEvent {
  id: string;
  type: string;
  contentType: string;
  data: Uint8Array;
  metadata: Uint8Array;
  /** Over all streams. */
  commit: number;
  /** Epoch ms. */
  created: number;
}

export type Proposed = Omit<StoredEvent, 'commit' | 'created'>;
export type Expected = number | 'any' | 'no_stream' | 'stream_exists';
export type Appended = { last: number } | { current: number | null } | { tombstone: true };

/** As a server is configured unless it is told otherwise. */
export const MAX_APPEND_BYTES = 1_048_576;
/** What a soft delete writes as `$tb`: the largest revision that there is. */
const DELETED = '{"$tb":9223372036854775807}';

/** What the metadata of a stream keep back, in the protocol's words. */
interface Kept {
  $tb?: number;
  $maxCount?: number;
  /** Seconds. */
  $maxAge?: number;
}

export class Streams {
  private streams = new Map<string, StoredEvent[]>();
  private readonly tombstones = new Set<string>();
  /** How many events of a stream can be read, where it is not all of them. */
  private readonly lagging = new Map<string, number>();
  private readonly waiting = new Map<string, Set<() => void>>();
  private commits = 0;

  /** All that was ever appended, by revision, whether it can still be read or not. */
  get(name: string): readonly StoredEvent[] | null {
    return this.streams.get(name) ?? null;
  }

  /** Revisions from `first` up to, and without, `end` can be read; null: the stream is not there, or was soft-deleted. */
  readable(name: string): { first: number; end: number } | null {
    const events = this.streams.get(name);
    if (!events || this.isDeleted(name)) return null;
    const { $tb = 0, $maxCount = Infinity, $maxAge = Infinity } = this.kept(name);
    const young = events.findIndex(({ created }) => created > Date.now() - $maxAge * 1000);
    const byAge = $maxAge === Infinity ? 0 : young < 0 ? events.length : young;
    const first = Math.max($tb, events.length - $maxCount, byAge);
    return { first, end: this.lagging.get(name) ?? events.length };
  }

  isTombstone(name: string): boolean {
    return this.tombstones.has(name);
  }

  /** For those who change history underneath. */
  tamper(name: string, change: (events: StoredEvent[]) => StoredEvent[]): void {
    this.streams.set(name, change([...(this.streams.get(name) ?? [])]));
  }

  append(name: string, proposed: readonly Proposed[], expected: Expected): Appended {
    if (this.tombstones.has(name)) return { tombstone: true };
    const events = this.streams.get(name) ?? [];
    const current = events.length - 1;
    const wasDeleted = this.isDeleted(name);
    const from = startOf(expected);
    if (proposed.length > 0 && from !== null && from <= current) {
      // Events that are there already, where they were to be: the answer is given again. Also where nobody can read them.
      const there = proposed.every(({ id }, i) => events[from + i]?.id === id);
      if (there) return { last: from + proposed.length - 1 };
      if (!(expected === 'no_stream' && wasDeleted)) return { current };
    } else if (from !== null && from > current + 1) return { current: current < 0 ? null : current };
    const known = (id: string) => events.findIndex((event) => event.id === id);
    if (expected === 'any' && proposed.length > 0 && proposed.every(({ id }) => known(id) >= 0))
      return { last: Math.max(...proposed.map(({ id }) => known(id))) };
    if (expected === 'stream_exists' && (current < 0 || wasDeleted)) return { current: null };
    for (const event of proposed) events.push({ ...event, commit: (this.commits += 1), created: Date.now() });
    this.streams.set(name, events);
    // What is appended after a soft delete can be read; what was before it cannot.
    if (wasDeleted) this.describe(name, `{"$tb":${current + 1}}`);
    this.wake(name);
    return { last: events.length - 1 };
  }

  /** Soft: what there is can no longer be read, and its numbers are not given again. */
  delete(name: string): void {
    this.describe(name, DELETED);
  }

  tombstone(name: string): void {
    this.tombstones.add(name);
    this.wake(name);
  }

  /** What is appended from now on cannot be read until `catchUp`; it counts where a revision is expected. */
  lag(name: string): void {
    this.lagging.set(name, this.streams.get(name)?.length ?? 0);
  }

  catchUp(name: string): void {
    this.lagging.delete(name);
    this.wake(name);
  }

  backup(): Map<string, StoredEvent[]> {
    return new Map([...this.streams].map(([name, events]) => [name, [...events]]));
  }

  restore(backup: ReadonlyMap<string, readonly StoredEvent[]>): void {
    this.streams = new Map([...backup].map(([name, events]) => [name, [...events]]));
  }

  /** Calls back at each append, until it is called off. */
  onAppended(name: string, wake: () => void): () => void {
    const set = this.waiting.get(name) ?? new Set();
    this.waiting.set(name, set.add(wake));
    return () => set.delete(wake);
  }

  private wake(name: string): void {
    for (const wake of this.waiting.get(name) ?? []) wake();
  }

  private kept(name: string): Kept {
    const last = this.streams.get(`$$${name}`)?.at(-1);
    return last ? (JSON.parse(Buffer.from(last.data).toString()) as Kept) : {};
  }

  private isDeleted(name: string): boolean {
    return (this.kept(name).$tb ?? 0) >= Number.MAX_SAFE_INTEGER;
  }

  private describe(name: string, metadata: string): void {
    const id = `00000000-0000-4000-8000-${String(this.commits).padStart(12, '0')}`;
    const data = Buffer.from(metadata);
    const event = { id, type: '$metadata', contentType: 'application/json', data, metadata: Buffer.alloc(0) };
    this.append(`$$${name}`, [event], 'any');
  }
}

/** Where events with this expectation would begin; null: wherever the stream ends. */
function startOf(expected: Expected): number | null {
  if (expected === 'no_stream') return 0;
  return typeof expected === 'number' ? expected + 1 : null;
}
