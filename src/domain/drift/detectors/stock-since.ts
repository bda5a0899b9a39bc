/** Since when something has held of a stock case, told by the clocks of what it remembers. */
import type { StockState } from '../../cases/stock';
import type { Divergence } from '../finding';

/** Goes back from `start` over the instants at which anything of the case changed, as long as the condition held. */
export function heldSince(
  state: StockState,
  now: number,
  start: Divergence,
  holdsAt: (instant: number) => boolean,
): Divergence {
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
    if (!holdsAt(instant.at)) break;
    first = instant;
  }
  return first;
}
