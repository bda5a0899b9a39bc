/**
 * Which numbers of a stream's sequence were seen: as runs without a hole, in order. A function of the set of numbers and clocks
 * alone, so any order of arrival leaves the same.
 */

/** Of consecutive numbers, with the earliest and latest clock at which any of them was said, epoch ms. */
export interface Run {
  from: number;
  to: number;
  firstAt: number;
  lastAt: number;
  /** The fact that says the first of them. */
  fact: number;
}

/** Holes beyond so many are not worth a name: the oldest are forgotten. */
const MOST_RUNS = 1_000;

export function withRun(runs: readonly Run[], added: Run): readonly Run[] {
  const last = runs.at(-1);
  // The ordinary case: the next number, or one that is there.
  if (last && added.from >= last.from && added.from <= last.to + 1)
    return [...runs.slice(0, -1), united(last, added)];
  const before = runs.filter((run) => run.to + 1 < added.from);
  const after = runs.filter((run) => run.from > added.to + 1);
  const touching = runs.slice(before.length, runs.length - after.length);
  const all = [...before, touching.reduce(united, added), ...after];
  if (all.length <= MOST_RUNS) return all;
  const [first, second, ...rest] = all as [Run, Run, ...Run[]];
  return [united(first, second), ...rest];
}

function united(a: Run, b: Run): Run {
  return {
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
    fact: a.from <= b.from ? a.fact : b.fact,
  };
}

export interface Hole {
  from: number;
  to: number;
  /** When the first number after it was said, and by which fact. */
  at: number;
  fact: number;
}

/**
 * Numbers that are missing between two that were seen. Where all that is higher was said before all that is lower, the sequence
 * has begun anew, and nothing is missing between them.
 */
export function holesOf(runs: readonly Run[]): Hole[] {
  const holes: Hole[] = [];
  for (let i = 1; i < runs.length; i++) {
    const [lower, higher] = [runs[i - 1] as Run, runs[i] as Run];
    if (higher.lastAt < lower.firstAt) continue;
    holes.push({ from: lower.to + 1, to: higher.from - 1, at: higher.firstAt, fact: higher.fact });
  }
  return holes;
}
