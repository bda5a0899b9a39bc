import fc from 'fast-check';
import { type Run, holesOf, withRun } from './sequence';

const said = (sequence: number, at: number): Run => ({
  from: sequence,
  to: sequence,
  firstAt: at,
  lastAt: at,
  fact: sequence,
});
const seen = (...numbers: [sequence: number, at: number][]) =>
  numbers.reduce<readonly Run[]>((runs, [sequence, at]) => withRun(runs, said(sequence, at)), []);
const holes = (runs: readonly Run[]) => holesOf(runs).map(({ from, to }) => [from, to]);

describe('the sequence of a stream', () => {
  it('is the same runs in whatever order its numbers come, and its holes are what lies between', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(numbers, (order) => {
        const sorted = [...order].sort((a, b) => a - b);
        const told = (list: number[]) => seen(...list.map((n): [number, number] => [n, n * 10]));
        expect(told(order)).toEqual(told(sorted));
        const missing = holes(told(order)).flatMap(([from = 0, to = 0]) =>
          Array.from({ length: to - from + 1 }, (_, index) => from + index),
        );
        const known = new Set(order);
        const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
        const absent = Array.from({ length: last - first }, (_, index) => first + index);
        expect(missing).toEqual(absent.filter((n) => !known.has(n)));
      }),
    );
  });

  it('that begins anew lacks nothing between its two beginnings, and still shows what is lost after the second', () => {
    const runs = seen([8812, 10], [8813, 20], [1, 30], [2, 40], [4, 50]);
    expect(holes(runs)).toEqual([[3, 3]]);
  });

  it('forgets its oldest holes beyond a thousand', () => {
    const runs = seen(...Array.from({ length: 1_100 }, (_, n): [number, number] => [n * 2, n]));
    expect(runs).toHaveLength(1_000);
    expect(holes(runs).at(0)).toEqual([201, 201]);
  });
});
