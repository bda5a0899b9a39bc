/**
 * What one evaluation may use. Counted in steps and sizes and never in time, so that a replay on a slower machine decides as
 * before. An order of 1,000 lines with 15 fields each takes some 300,000 units.
 */
export const LIMITS = {
  /** A step of the evaluator is one unit and more the deeper it is; an element of an array is one, 16 characters are one. */
  units: 500_000,
  /** Of steps inside steps, some 25 calls of a function by itself: a fifth of the stack that a thread has. */
  depth: 120,
  /** Elements of one array. */
  items: 10_000,
  /** Characters of one text. */
  text: 200_000,
  /** Of arrays and objects inside one another. */
  nesting: 64,
  /** Values inside one array or object, each counted as often as it is reached: shared parts multiply. */
  values: 200_000,
  /** Characters of an expression's own text. */
  expression: 20_000,
} as const;
