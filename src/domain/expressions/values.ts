import { LosslessNumber } from 'lossless-json';
import { LIMITS } from './limits';

/** A built-in function, a lambda, or a function of the evaluator's. */
export function isCallable(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  return '_jsonata_function' in value || '_jsonata_lambda' in value;
}

/** How the evaluator marks its own objects: a message that could say so itself would pass its content for a function. */
function isReserved(name: string): boolean {
  return name === '__proto__' || name.startsWith('_jsonata_');
}

export class TooDeep extends Error {}

/**
 * A message as expressions see it: a copy, because the evaluator marks arrays that it has touched. A number that no double
 * holds exactly is its text; fields that are named like the evaluator's own marks are not there.
 */
export function readable(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof LosslessNumber) return value.value;
  if (depth === LIMITS.nesting) throw new TooDeep();
  if (Array.isArray(value)) return value.map((element) => readable(element, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isReserved(name))
      .map(([name, part]) => [name, readable(part, depth + 1)]),
  );
}

/** A result as plain JSON, without the evaluator's marks. Its size was measured when it was made. */
export function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, plain);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** Whether some part of a value is a function, which is no JSON. */
export function holdsCallable(value: unknown): boolean {
  if (isCallable(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsCallable);
}
