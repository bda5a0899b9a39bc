/** Since when something has held of a stock case, told by the clocks of what it remembers. */
import type { StockState } from '../../cases/stock';
import type { Divergence } from '../finding';

export interface Start extends Divergence {
  /** Of an instant before it is known that the condition did not hold; else only that nothing older is remembered. */
  certain: boolean;
}

/**
 * Goes back from `start` over the instants at which anything of the case changed, as long as the condition held. `holdsAt` null: the
 * case no longer remembers, or never knew, what was then.
 */
export function heldSince(
  state: StockState,
  now: number,
  start: Divergence,
  holdsAt: (instant: number) => boolean | null,
): Start {
  const instants: Divergence[] = [];
  const add = (facts: readonly { at: number; fact: number }[]) => {
    for (const { at, fact } of facts) instants.push({ at, fact });
  };
  [state.counts, state.balances, state.adjusted, state.journals, state.movements].forEach(add);
  for (const share of state.open) [share.returned, share.dispatched, share.posted].forEach(add);
  instants.sort((a, b) => b.at - a.at);
  let first = start;
  let tried: number | null = null;
  for (const instant of instants) {
    if (instant.at === tried || instant.at > now) continue;
    tried = instant.at;
    const held = holdsAt(instant.at);
    if (held !== true) return { ...first, certain: held === false };
    first = instant;
  }
  return { ...first, certain: false };
}
