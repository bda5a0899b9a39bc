import { type RowCount, withBeat, withTold } from './row-count';

const beat = (asOf: number, rows: number) => ({ asOf, rows, fact: asOf });
/** Each message is known by its clock. */
const withClocks = (count: RowCount, clocks: number[]) =>
  withTold(
    count,
    clocks.flatMap((at) => [at, at]),
  );
const told = (count: RowCount) => count.intervals.map(({ from, asOf, rows, got }) => [from, asOf, rows, got]);

describe('messages counted between heartbeats', () => {
  it('are those with a clock after the one and up to the other', () => {
    let count = withBeat(null, beat(100, 7), 100);
    count = withClocks(count, [90, 100, 101, 200, 201]);
    count = withBeat(count, beat(200, 2), 201);
    expect(told(count)).toEqual([[100, 200, 2, 2]]);
    count = withBeat(count, beat(300, 1), 201);
    expect(told(count).at(-1)).toEqual([200, 300, 1, 1]);
  });

  it('include what comes late', () => {
    let count = withBeat(withBeat(null, beat(100, 0), 100), beat(200, 1), 100);
    expect(told(count)).toEqual([[100, 200, 1, 0]]);
    count = withClocks(count, [150]);
    expect(told(count)).toEqual([[100, 200, 1, 1]]);
  });

  it('count once what came in two notations, before its heartbeat or after', () => {
    let count = withClocks(withBeat(null, beat(100, 0), 100), [150, 150]);
    count = withClocks(withBeat(count, beat(200, 1), 150), [150]);
    expect(told(count)).toEqual([[100, 200, 1, 1]]);
  });

  it('cannot be told where messages after the first heartbeat had come before it', () => {
    let count = withBeat(null, beat(100, 0), 150);
    count = withBeat(withClocks(count, [180]), beat(200, 2), 180);
    expect(told(count)).toEqual([[100, 200, 2, null]]);
    count = withBeat(withClocks(count, [250]), beat(300, 1), 250);
    expect(told(count).at(-1)).toEqual([200, 300, 1, 1]);
  });

  it('cannot be told of an interval that a late heartbeat splits', () => {
    let count = withBeat(withBeat(null, beat(100, 0), 100), beat(300, 2), 100);
    count = withBeat(count, beat(200, 1), 300);
    expect(told(count)).toEqual([[100, 300, 2, null]]);
  });

  it('are given up where they are too many to remember, until the next but one heartbeat', () => {
    let count = withClocks(
      withBeat(null, beat(100, 0), 100),
      Array.from({ length: 3_001 }, (_, n) => 101 + n),
    );
    count = withBeat(count, beat(5_000, 3_001), 3_101);
    expect(told(count)).toEqual([[100, 5_000, 3_001, null]]);
    count = withBeat(withClocks(count, [5_001]), beat(6_000, 1), 5_001);
    expect(told(count).at(-1)).toEqual([5_000, 6_000, 1, 1]);
  });

  it('remember what does not add up longer than what does', () => {
    let count = withBeat(withBeat(null, beat(0, 0), 0), beat(1, 9), 0);
    for (let asOf = 2; asOf < 100; asOf++) count = withBeat(count, beat(asOf, 0), 0);
    expect(count.intervals).toHaveLength(50);
    expect(told(count)[0]).toEqual([0, 1, 9, 0]);
  });
});
