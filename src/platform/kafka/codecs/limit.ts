const MIB = 1024 * 1024;
/** What a batch may unfold to: several of the longest messages that are kept. */
const MOST_BYTES = 64 * MIB;
/** Messages come to 5 to 40 bytes of each compressed one. */
const MOST_RATIO = 100;
const UNRATED_BYTES = 4 * MIB;

/** Bytes that may come of so many compressed ones; beyond it is an attack or an accident, which must not take the process with it. */
export function mostBytes(compressed: number): number {
  return Math.min(MOST_BYTES, Math.max(UNRATED_BYTES, compressed * MOST_RATIO));
}

export function tooLong(limit: number): RangeError {
  return new RangeError(`compressed data holds more than the ${limit} bytes that may come of it`);
}
