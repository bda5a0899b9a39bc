/** Which cases must be asked again when a clock, a watermark or a start moves: a heap per thing waited for. */
import type { Wait } from '../../domain/drift/context';

interface Entry {
  at: number;
  key: string;
}

/** Smallest `at` first; ties in no order, since all that are due are taken together. */
class Heap {
  private readonly entries: Entry[] = [];

  get first(): Entry | undefined {
    return this.entries[0];
  }

  get size(): number {
    return this.entries.length;
  }

  push(entry: Entry): void {
    const { entries } = this;
    let index = entries.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = entries[parent] as Entry;
      if (above.at <= entry.at) break;
      entries[index] = above;
      index = parent;
    }
    entries[index] = entry;
  }

  pop(): Entry | undefined {
    const { entries } = this;
    const top = entries[0];
    const last = entries.pop();
    if (!top || !last || entries.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && (entries[child + 1] as Entry).at < (entries[child] as Entry).at)
        child++;
      if ((entries[child] as Entry).at >= last.at) break;
      entries[index] = entries[child] as Entry;
      index = child;
    }
    entries[index] = last;
    return top;
  }
}

/**
 * A case leaves entries behind when it stops waiting: whoever takes them looks whether it still does. `start:` falls
 * while the others rise, so its heap is kept by the negative.
 */
export class Schedule {
  private readonly heaps = new Map<string, Heap>();

  add(key: string, waits: readonly Wait[]): void {
    for (const { on, at } of waits) {
      let heap = this.heaps.get(on);
      if (!heap) this.heaps.set(on, (heap = new Heap()));
      heap.push({ key, at: on.startsWith('start:') ? -at : at });
    }
  }

  /** Keys whose wait on `on` is over when it has reached `value`, removed; `over` is told them and what they waited for. */
  take(on: string, value: number, over: (key: string, at: number) => void): void {
    const heap = this.heaps.get(on);
    if (!heap) return;
    const sign = on.startsWith('start:') ? -1 : 1;
    const reached = sign * value;
    for (let first = heap.first; first && first.at <= reached; first = heap.first) {
      heap.pop();
      over(first.key, sign * first.at);
    }
  }

  /** The next instant at which the clock alone decides something; null when nothing waits for it. */
  nextDue(): number | null {
    const next = [this.heaps.get('clock')?.first?.at, this.heaps.get('ahead')?.first?.at].filter(
      (at) => at !== undefined,
    );
    return next.length === 0 ? null : Math.min(...next);
  }

  waitingOn(): string[] {
    return [...this.heaps].filter(([, heap]) => heap.size > 0).map(([on]) => on);
  }
}

/** A wait that was there before is in the schedule already. */
export function newWaits(waits: readonly Wait[], before: readonly Wait[]): readonly Wait[] {
  if (before.length === 0) return waits;
  return waits.filter(({ on, at }) => !before.some((wait) => wait.at === at && wait.on === on));
}

export const NO_CLOCKS: readonly number[] = [];

/** What a case waits for because clocks of its facts run ahead of ours: those of this instant, and those of before that are not reached. */
export function addAhead(
  waits: Wait[],
  former: readonly Wait[],
  clocks: readonly number[],
  now: number,
): void {
  if (clocks.length === 0 && !former.some(({ on }) => on === 'ahead')) return;
  const ahead = new Set(clocks);
  for (const { on, at } of former) if (on === 'ahead' && at > now) ahead.add(at);
  for (const at of ahead) waits.push({ on: 'ahead', at });
}
