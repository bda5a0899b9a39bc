/** Which facts of a block keep it from being folded or stored. */

import { errorCode } from '../platform/database/errors';

/** Position to the name of the error. */
export type Failures = ReadonlyMap<number, string>;

export interface Trials {
  /** Folds and stores the block without these facts, and takes it back. Answers what went wrong; null: nothing. */
  fails(without: Failures): Promise<Error | null>;
  /** The same, and it stays. */
  keeps(without: Failures): Promise<Error | null>;
}

/** Ends a transaction whose outcome was all that was wanted. */
export class TakenBack extends Error {}

/** Each is a fold of one block in a transaction that is rolled back. */
const MOST_TRIALS = 400;

/**
 * Stores the block without as few of its facts as it takes, and answers them. The shortest beginning of the block that fails
 * ends with one that is to blame; with that one left out the search begins again, until the whole block passes. Beyond
 * `mostTrials` all that follows the last sound beginning is left out. Throws where it fails without any of its facts: then none
 * of them is to blame.
 */
export async function storeWithout(
  positions: readonly number[],
  trials: Trials,
  mostTrials = MOST_TRIALS,
): Promise<Failures> {
  const found = new Map<number, string>();
  const untilTried = (count: number) =>
    new Map([...found, ...positions.slice(count).map((position): [number, string] => [position, ''])]);
  let error = await trials.keeps(found);
  if (error === null) return found;
  const without = await trials.fails(untilTried(0));
  if (without) throw error;
  let sound = 0;
  for (let tried = 2; error !== null; tried++) {
    let failing = positions.length;
    while (failing - sound > 1 && tried < mostTrials) {
      const middle = Math.floor((sound + failing) / 2);
      const wrong = await trials.fails(untilTried(middle));
      tried++;
      if (wrong === null) sound = middle;
      else [failing, error] = [middle, wrong];
    }
    const blamed = tried < mostTrials ? positions.slice(failing - 1, failing) : positions.slice(sound);
    for (const position of blamed) found.set(position, nameOf(error));
    sound = failing;
    error = await trials.keeps(found);
  }
  return found;
}

function nameOf(error: Error): string {
  const code = errorCode(error);
  return code === undefined ? error.name : `${error.name} ${code}`;
}
