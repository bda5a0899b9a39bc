/** What orders have moved in one stock case: their shares, in full and settled, and the sums of both. */
import { isExact } from '../exact';
import type { Move, StockShare } from './order';

export interface OrderShare extends StockShare {
  /** The order's case. */
  order: string;
}

/** Only what the history needs, since a hot SKU has thousands: clock and quantity in turn, in the balances' unit. */
export interface SettledShare {
  order: string;
  dispatched: readonly number[];
  posted: readonly number[];
}

/** What open and balanced shares have moved since each side's last anchor: a hot SKU has thousands of them. */
export interface Tally {
  /** Base micro-units dispatched since the last count. */
  dispatched: number;
  /** Micro-units posted since the last balance, by unit. */
  posted: readonly { uom: string; quantity: number }[];
  /** The newest clock of any move; before it the sums do not hold. */
  newest: number;
}

export const NO_TALLY: Tally = { dispatched: 0, posted: [], newest: 0 };

/** The clocks of both sides' last count and balance, before which all is included, and the balance's unit. */
export interface Anchors {
  count: number;
  balance: number;
  uom: string | undefined;
}

export function settle({ order, dispatched, posted }: OrderShare): SettledShare {
  const pairs = (moves: readonly Move[]) => moves.flatMap(({ at, quantity }) => [at, quantity]);
  return { order, dispatched: pairs(dispatched), posted: pairs(posted) };
}

export function unsettle({ order, dispatched, posted }: SettledShare, uom: string): OrderShare {
  const moves = (pairs: readonly number[]) =>
    Array.from({ length: pairs.length / 2 }, (_, index) => ({
      key: '',
      fact: 0,
      at: pairs[2 * index] ?? 0,
      quantity: pairs[2 * index + 1] ?? 0,
    }));
  return {
    order,
    dispatched: moves(dispatched),
    posted: moves(posted).map((move) => ({ ...move, uom })),
    returned: [],
  };
}

export function tallied(
  tally: Tally | null,
  share: OrderShare,
  sign: 1 | -1,
  anchors: Anchors,
): Tally | null {
  if (tally === null) return null;
  let { dispatched, posted, newest: last } = tally;
  for (const move of share.dispatched) {
    if (move.at > anchors.count) dispatched += sign * move.quantity;
    if (move.at > last) last = move.at;
  }
  for (const move of share.posted) {
    if (move.at > anchors.balance) posted = added(posted, move.uom, sign * move.quantity);
    if (move.at > last) last = move.at;
  }
  const exactly = isExact(dispatched) && posted.every(({ quantity }) => isExact(quantity));
  return exactly ? { dispatched, posted, newest: last } : null;
}

function added(sums: Tally['posted'], uom: string, quantity: number): Tally['posted'] {
  const [only] = sums;
  if (sums.length === 1 && only?.uom === uom) {
    const total = only.quantity + quantity;
    return total === 0 ? [] : [{ uom, quantity: total }];
  }
  const rest = sums.filter((sum) => sum.uom !== uom);
  const total = (sums.find((sum) => sum.uom === uom)?.quantity ?? 0) + quantity;
  if (total !== 0) rest.push({ uom, quantity: total });
  return rest.sort((a, b) => (a.uom < b.uom ? -1 : 1));
}
