/** What orders have moved in one stock case: their shares, in full and settled, and the sums of both. */
import { isExact } from '../exact';
import type { Move, StockShare } from './order';

export interface OrderShare extends StockShare {
  /** The order's case. */
  order: string;
}

/** Of a share that moved the same on both sides, since a hot SKU has thousands: fact, clock and quantity in turn, in the balances' unit. */
export interface FlatShare {
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

export function flat({ order, dispatched, posted }: OrderShare): FlatShare {
  return { order, dispatched: triples(dispatched), posted: triples(posted) };
}

function triples(moves: readonly Move[]): number[] {
  const flattened: number[] = [];
  for (const { fact, at, quantity } of moves) flattened.push(fact, at, quantity);
  return flattened;
}

export function whole({ order, dispatched, posted }: FlatShare, uom: string): OrderShare {
  return {
    order,
    dispatched: moves(dispatched),
    posted: moves(posted).map(({ fact, at, quantity }) => ({ fact, at, quantity, uom })),
    returned: [],
  };
}

function moves(flattened: readonly number[]): Move[] {
  const all: Move[] = [];
  for (let i = 0; i < flattened.length; i += 3) {
    const [fact, at, quantity] = [flattened[i], flattened[i + 1], flattened[i + 2]] as [
      number,
      number,
      number,
    ];
    all.push({ fact, at, quantity });
  }
  return all;
}

/** The clock of the last move. */
export function lastMove({ dispatched, posted }: FlatShare): number {
  let last = -Infinity;
  for (let i = 1; i < dispatched.length; i += 3) last = Math.max(last, dispatched[i] ?? last);
  for (let i = 1; i < posted.length; i += 3) last = Math.max(last, posted[i] ?? last);
  return last;
}

/** With the share's moves, or without them again. Null where the sums are beyond exact digits. */
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
  return exactly(dispatched, posted, last);
}

export function talliedFlat(
  tally: Tally | null,
  share: FlatShare,
  sign: 1 | -1,
  anchors: Anchors,
): Tally | null {
  if (tally === null) return null;
  let { dispatched } = tally;
  let quantity = 0;
  const { dispatched: out, posted: booked } = share;
  for (let i = 0; i < out.length; i += 3)
    if ((out[i + 1] as number) > anchors.count) dispatched += sign * (out[i + 2] as number);
  for (let i = 0; i < booked.length; i += 3)
    if ((booked[i + 1] as number) > anchors.balance) quantity += booked[i + 2] as number;
  const posted = quantity === 0 ? tally.posted : added(tally.posted, anchors.uom ?? '', sign * quantity);
  return exactly(dispatched, posted, Math.max(tally.newest, lastMove(share)));
}

function exactly(dispatched: number, posted: Tally['posted'], newest: number): Tally | null {
  const exact = isExact(dispatched) && posted.every(({ quantity }) => isExact(quantity));
  return exact ? { dispatched, posted, newest } : null;
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
