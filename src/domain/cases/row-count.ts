/**
 * Messages of a feed counted by their clocks, from one heartbeat that says how many there were to the next: each once, however
 * often and in whatever notation it came. What was said before the first of these is not counted, and neither is an interval
 * that a heartbeat splits when its messages are counted already.
 */

export interface Interval {
  /** Clocks in (from, asOf], epoch ms. */
  from: number;
  asOf: number;
  /** As the heartbeat says. */
  rows: number;
  /** As received; null: cannot be told. */
  got: number | null;
  /** Which they were; null: forgotten. */
  marks: readonly number[] | null;
  /** The heartbeat. */
  fact: number;
}

export interface RowCount {
  /** Every message with a clock after this was counted. */
  countedFrom: number;
  /** `as_of` of the newest heartbeat with a row count. */
  asOf: number;
  intervals: readonly Interval[];
  /** Messages after `asOf`; null: too many of them. */
  tail: readonly Told[] | null;
}

/** A message's clock, and a hash of its business key. */
export type Told = readonly [at: number, mark: number];

const MOST_INTERVALS = 50;
const MOST_MARKS = 3_000;

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
  const { tail, asOf: from } = count;
  const marks =
    tail !== null && from >= count.countedFrom
      ? tail
          .filter(([at]) => at <= asOf)
          .map(([, mark]) => mark)
          .sort(ascending)
      : null;
  const interval = { from, asOf, rows, got: marks && marks.length, marks, fact };
  return {
    countedFrom: tail === null ? Math.max(count.countedFrom, asOf, newest ?? asOf) : count.countedFrom,
    asOf,
    intervals: bounded([...count.intervals, interval]),
    tail: tail?.filter(([at]) => at > asOf) ?? [],
  };
}

/** The heartbeat came late: between which of the two a message belongs is not known any more. */
function split(count: RowCount, asOf: number): RowCount {
  const intervals = count.intervals.map((each) =>
    each.from < asOf && asOf < each.asOf ? { ...each, got: null, marks: null } : each,
  );
  return { ...count, intervals };
}

/** What is complete goes first; which messages it was of, where they were long ago. */
function bounded(intervals: Interval[]): Interval[] {
  const complete = intervals.findIndex(({ rows, got }) => got === null || got === rows);
  const kept = intervals.length <= MOST_INTERVALS ? intervals : intervals.toSpliced(Math.max(0, complete), 1);
  let marks = 0;
  return kept
    .reverse()
    .map((each) => {
      marks += each.marks?.length ?? 0;
      return marks <= MOST_MARKS ? each : { ...each, marks: null };
    })
    .reverse();
}

/**
 * `told` has clock and mark of each message in turn: most feeds have no row count, and pairs would be made for nothing. What is kept
 * is in one order, whichever of a block's messages is read first.
 */
export function withTold(count: RowCount, told: readonly number[]): RowCount {
  let { intervals } = count;
  let tail = count.tail === null ? null : [...count.tail];
  for (let i = 0; i < told.length; i += 2) {
    const [at, mark] = [told[i] as number, told[i + 1] as number];
    if (at <= count.asOf) intervals = intervals.map((interval) => withLate(interval, at, mark));
    else if (tail !== null) {
      insert(tail, [at, mark], byClock);
      if (tail.length > MOST_MARKS) tail = null;
    }
  }
  return { ...count, intervals, tail };
}

function withLate(interval: Interval, at: number, mark: number): Interval {
  const { from, asOf, rows, got, marks } = interval;
  if (at <= from || at > asOf || got === null) return interval;
  // Of which messages it was is forgotten: what completes it is taken for one that was missing.
  if (marks === null) return got < rows ? { ...interval, got: got + 1 } : interval;
  const now = [...marks];
  return insert(now, mark, ascending) ? { ...interval, got: got + 1, marks: now } : interval;
}

const ascending = (a: number, b: number): number => a - b;
const byClock = (a: Told, b: Told): number => a[0] - b[0] || a[1] - b[1];

/** Into a sorted list; false where it is there already. */
function insert<T>(sorted: T[], value: T, compare: (a: T, b: T) => number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compare(sorted[middle] as T, value);
    if (order === 0) return false;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
  return true;
}
