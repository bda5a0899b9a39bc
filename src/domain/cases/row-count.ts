/**
 * Messages of a feed counted by their clocks, from one heartbeat that says how many there were to the next. What was said before
 * the first of these is not counted, and neither is an interval that a heartbeat splits when its messages are counted already.
 */

export interface Interval {
  /** Clocks in (from, asOf], epoch ms. */
  from: number;
  asOf: number;
  /** As the heartbeat says. */
  rows: number;
  /** As received; null: cannot be told. */
  got: number | null;
  /** The heartbeat. */
  fact: number;
}

export interface RowCount {
  /** Every message with a clock after this was counted. */
  countedFrom: number;
  /** `as_of` of the newest heartbeat with a row count. */
  asOf: number;
  intervals: readonly Interval[];
  /** Clocks of messages after `asOf`; null: too many of them. */
  tail: readonly number[] | null;
}

const MOST_INTERVALS = 50;
const MOST_CLOCKS = 3_000;

export interface CountedBeat {
  asOf: number;
  rows: number;
  fact: number;
}

/** `newest` is the greatest clock received so far. */
export function withBeat(count: RowCount | null, beat: CountedBeat, newest: number | null): RowCount {
  const { asOf, rows, fact } = beat;
  if (count === null) return { countedFrom: Math.max(asOf, newest ?? asOf), asOf, intervals: [], tail: [] };
  if (asOf <= count.asOf) return split(count, asOf);
  const known = count.tail !== null && count.asOf >= count.countedFrom;
  const got = known ? (count.tail ?? []).filter((at) => at <= asOf).length : null;
  return {
    ...count,
    asOf,
    intervals: bounded([...count.intervals, { from: count.asOf, asOf, rows, got, fact }]),
    tail: count.tail?.filter((at) => at > asOf) ?? [],
    countedFrom: count.tail === null ? Math.max(count.countedFrom, asOf, newest ?? asOf) : count.countedFrom,
  };
}

/** The heartbeat came late: between which of the two a message belongs is not known any more. */
function split(count: RowCount, asOf: number): RowCount {
  const intervals = count.intervals.map((each) =>
    each.from < asOf && asOf < each.asOf ? { ...each, got: null } : each,
  );
  return { ...count, intervals };
}

/** What is complete goes first. */
function bounded(intervals: Interval[]): Interval[] {
  if (intervals.length <= MOST_INTERVALS) return intervals;
  const complete = intervals.findIndex(({ rows, got }) => got === null || got === rows);
  return intervals.toSpliced(Math.max(0, complete), 1);
}

export function withClocks(count: RowCount, clocks: readonly number[]): RowCount {
  let { intervals, tail } = count;
  for (const at of clocks) {
    if (at > count.asOf) {
      if (tail !== null) tail = tail.length < MOST_CLOCKS ? [...tail, at] : null;
      continue;
    }
    intervals = intervals.map((each) =>
      at > each.from && at <= each.asOf && each.got !== null ? { ...each, got: each.got + 1 } : each,
    );
  }
  return { ...count, intervals, tail };
}
