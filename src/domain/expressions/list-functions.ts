/** Functions on arrays and objects that the library does in more than a step for each element, or that look into functions. */
import { ExpressionError } from './error';
import { builtIn, type Definition } from './engine';
import { meter } from './meter';
import { isCallable } from './values';

export function range(from: unknown, to: unknown): unknown[] | undefined {
  if (from === undefined || to === undefined) return undefined;
  if (!Number.isInteger(from) || !Number.isInteger(to)) throw new ExpressionError('.. needs two integers');
  const [first, last] = [from as number, to as number];
  if (first > last) return undefined;
  const length = last - first + 1;
  meter().elements(length);
  return Array.from({ length }, (_, index) => first + index);
}

/** By what values say: objects whatever the order of their fields. */
export function equal(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return false;
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  return canonical(left) === canonical(right);
}

export const unequal = (left: unknown, right: unknown): boolean =>
  left === undefined || right === undefined ? false : !equal(left, right);

function distinct(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  const seen = new Map<string, unknown>();
  for (const value of values as unknown[]) {
    const said = canonical(value);
    if (!seen.has(said)) seen.set(said, value);
  }
  return [...seen.values()];
}

function canonical(value: unknown): string {
  meter().whole(value);
  return written(value);
}

function written(value: unknown): string {
  if (isCallable(value)) throw new ExpressionError('a function is compared with nothing');
  if (value === undefined) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(written).join()}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${written((value as Record<string, unknown>)[name])}`).join()}}`;
}

type Comparator = (this: unknown, a: unknown, b: unknown) => Generator<unknown, unknown>;

/** Stable, and without recursion: the library's goes one call deeper for every element. */
function* sort(this: unknown, values: unknown, comparator?: Comparator): Generator<unknown, unknown> {
  if (!Array.isArray(values) || values.length < 2) return values;
  if (!comparator) refuseUnordered(values);
  let runs = values.map((value: unknown) => [value]);
  while (runs.length > 1) {
    meter().spend(values.length);
    const merged: unknown[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const [left, right = []] = [runs[i] as unknown[], runs[i + 1]];
      const run: unknown[] = [];
      let [l, r] = [0, 0];
      while (l < left.length && r < right.length) {
        const [a, b] = [left[l], right[r]];
        const after = comparator ? yield* comparator.call(this, a, b) : (a as number) > (b as number);
        if (after === true) run.push(right[r++]);
        else run.push(left[l++]);
      }
      merged.push([...run, ...left.slice(l), ...right.slice(r)]);
    }
    runs = merged;
  }
  return runs[0];
}

function refuseUnordered(values: readonly unknown[]): void {
  const type = typeof values[0];
  if ((type !== 'number' && type !== 'string') || values.some((value) => typeof value !== type))
    throw new ExpressionError('$sort without a function needs all numbers or all texts');
}

/** The library's function, after every name of the objects that it will visit is paid for. */
function paid(name: string): Definition {
  const { implementation, signature } = builtIn(name);
  return {
    _jsonata_function: true,
    signature,
    implementation(this: unknown, ...args: unknown[]) {
      const [value] = args;
      for (const object of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (isCallable(object)) throw new ExpressionError(`$${name} does not look into functions`);
        if (typeof object === 'object' && object !== null) meter().spend(Object.keys(object).length);
      }
      return implementation.apply(this, args as never[]);
    },
  };
}

export const listFunctions: Record<string, Definition> = {
  keys: paid('keys'),
  merge: paid('merge'),
  spread: paid('spread'),
  each: paid('each'),
  sift: paid('sift'),
  distinct: { _jsonata_function: true, implementation: distinct, signature: builtIn('distinct').signature },
  sort: { _jsonata_function: true, implementation: sort, signature: builtIn('sort').signature },
};
