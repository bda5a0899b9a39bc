import { ExpressionError } from './error';
import { LIMITS } from './limits';
import type { Node } from './node';
import { isCallable } from './values';

/** An evaluation used more than `LIMITS` allow. */
export class Exhausted extends Error {
  readonly code = 'expression-exhausted';
}

interface Extent {
  nesting: number;
  values: number;
}

/** Expressions that make an array or object; every other one hands on what it found. */
const MAKERS = new Set(['unary', 'function', 'apply', 'path']);

/**
 * A function among the arguments of a call is wrapped in one of the evaluator's, which has an arity. Wrapped again and again, as
 * each call gave it on to the next, it would go deep outside every step; a lambda around it is a step.
 */
function isWrapped(value: unknown): boolean {
  return typeof value === 'function' && 'arity' in value;
}

/** What one evaluation has used so far. The evaluator tells it of every step, before and after. */
export class Meter {
  private units: number = LIMITS.units;
  private depth = 0;
  private readonly extents = new WeakMap<object, Extent>();

  enter(): void {
    this.depth++;
    if (this.depth > LIMITS.depth) throw new Exhausted(`goes more than ${LIMITS.depth} steps deep`);
    // A step is resumed through all that it is inside of.
    this.spend(1 + (this.depth >> 3));
  }

  leave(node: Node, result: unknown): void {
    this.depth--;
    if (typeof result === 'string') this.text(result.length);
    else if (Array.isArray(result)) this.items(result);
    if (node.isArgument === true && isWrapped(result))
      throw new ExpressionError(
        'a function that was given is given on: write function($x){ $f($x) } around it',
      );
    if (typeof result === 'object' && result !== null && MAKERS.has(node.type ?? '')) this.extentOf(result);
  }

  spend(units: number): void {
    this.units -= units;
    if (this.units < 0) throw new Exhausted(`takes more than ${LIMITS.units} steps`);
  }

  /** A text of this length is made or read. */
  text(length: number): void {
    if (length > LIMITS.text) throw new Exhausted(`makes a text of more than ${LIMITS.text} characters`);
    this.spend(length >> 4);
  }

  /** Arrays inside the array too: the evaluator flattens them, and looks for a field in each element. */
  items(array: readonly unknown[]): void {
    this.elements(array.length);
    for (const element of array) if (Array.isArray(element)) this.items(element);
  }

  elements(count: number): void {
    if (count > LIMITS.items) throw new Exhausted(`makes a list of more than ${LIMITS.items} elements`);
    this.spend(count);
  }

  /** All of a value is read: compared, written as text. */
  whole(value: unknown): void {
    if (typeof value === 'string') this.text(value.length);
    else if (typeof value === 'object' && value !== null) this.spend(this.extentOf(value).values);
  }

  /** Each part is measured once, however often it is reached, so this costs no more than the parts took to make. */
  private extentOf(value: object): Extent {
    const known = this.extents.get(value);
    if (known) return known;
    const extent = { nesting: 1, values: 1 };
    if (!isCallable(value)) {
      for (const part of Array.isArray(value) ? value : Object.values(value)) this.add(extent, part);
    }
    if (extent.nesting > LIMITS.nesting) throw new Exhausted(`nests more than ${LIMITS.nesting} deep`);
    if (extent.values > LIMITS.values) throw new Exhausted(`makes more than ${LIMITS.values} values`);
    this.extents.set(value, extent);
    return extent;
  }

  private add(extent: Extent, part: unknown): void {
    if (typeof part === 'string') extent.values += 1 + (part.length >> 4);
    else if (typeof part === 'object' && part !== null) {
      const { nesting, values } = this.extentOf(part);
      extent.values += values;
      extent.nesting = Math.max(extent.nesting, nesting + 1);
    } else extent.values++;
  }
}

/**
 * The evaluation under way: evaluation is synchronous and does not nest, and the evaluator hands its hooks and functions no
 * place to keep one in.
 */
let running: { meter: Meter; zone: (localMs: number) => number } | null = null;

export function meter(): Meter {
  if (running === null) throw new Error('no expression is being evaluated');
  return running.meter;
}

/** Minutes ahead of UTC of the zone in which times without one are read. */
export function zone(localMs: number): number {
  return running === null ? 0 : running.zone(localMs);
}

export function metered<T>(zoneOffset: (localMs: number) => number, evaluate: () => T): T {
  const outer = running;
  running = { meter: new Meter(), zone: zoneOffset };
  try {
    return evaluate();
  } finally {
    running = outer;
  }
}
