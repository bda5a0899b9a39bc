/** What a server keeps: streams of events, appended as the protocol says. */

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
export type Appended = { last: number } | { current: number | null };

/** As a server is configured unless it is told otherwise. */
export const MAX_APPEND_BYTES = 1_048_576;

export class Streams {
  private readonly streams = new Map<string, StoredEvent[]>();
  private readonly waiting = new Map<string, Set<() => void>>();
  private commits = 0;

  get(name: string): readonly StoredEvent[] | null {
    return this.streams.get(name) ?? null;
  }

  /** For those who change history underneath. */
  tamper(name: string, change: (events: StoredEvent[]) => StoredEvent[]): void {
    this.streams.set(name, change([...(this.streams.get(name) ?? [])]));
  }

  append(name: string, proposed: readonly Proposed[], expected: Expected): Appended {
    const events = this.streams.get(name);
    const current = events ? events.length - 1 : null;
    if (!meets(expected, current)) {
      // Events that are there already, where they were to be: the answer that was lost is given again.
      const from = expected === 'no_stream' ? 0 : typeof expected === 'number' ? expected + 1 : 0;
      const there = proposed.every(({ id }, i) => events?.[from + i]?.id === id);
      if (proposed.length > 0 && there) return { last: from + proposed.length - 1 };
      return { current };
    }
    const stream = events ?? [];
    for (const event of proposed) stream.push({ ...event, commit: (this.commits += 1), created: Date.now() });
    this.streams.set(name, stream);
    for (const wake of this.waiting.get(name) ?? []) wake();
    return { last: stream.length - 1 };
  }

  /** Calls back at each append, until it is called off. */
  onAppended(name: string, wake: () => void): () => void {
    const set = this.waiting.get(name) ?? new Set();
    this.waiting.set(name, set.add(wake));
    return () => set.delete(wake);
  }
}

function meets(expected: Expected, current: number | null): boolean {
  if (expected === 'any') return true;
  if (expected === 'no_stream') return current === null;
  if (expected === 'stream_exists') return current !== null;
  return expected === current;
}
