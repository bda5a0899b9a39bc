/**
 * One SKU in one warehouse: Scend's counts and movements beside Prima's balances and journals, and the share that each
 * order has in it. What is settled on both sides and older than the window is forgotten (see `forget`).
 */
import { exact } from '../exact';
import type { Body } from '../facts/canonical';
import { type Held, type HeldFact, type Slot, latest, put } from './held';
import type { StockShare } from './order';
import {
  type Anchors,
  type FlatShare,
  NO_TALLY,
  type OrderShare,
  type Tally,
  flat,
  lastMove,
  tallied,
  talliedFlat,
  whole,
} from './stock-tally';

export type { OrderShare, Tally };

/** A receipt or transfer of this SKU: signed base micro-units and the reference that a journal books it by. */
export interface Movement {
  kind: 'receipt' | 'transfer';
  reference: string;
  quantity: number;
}

export interface StockState {
  sku: string;
  warehouse: string;
  counts: Slot<Body<'stock-level'>>;
  adjusted: Slot<Body<'stock-adjusted'>>;
  movements: Slot<Movement>;
  balances: Slot<Body<'stock-balance'>>;
  journals: Slot<Body<'stock-journal'>>;
  /** Shares that still explain a difference: dispatched and posted unequal, or with a return. */
  open: readonly OrderShare[];
  /** Shares that moved the same on both sides; only their sum matters, which `tally` has. All three by order. */
  balanced: readonly FlatShare[];
  /** Balanced shares that both sides' last anchors include: no position needs them, only the history within the window. */
  settled: readonly FlatShare[];
  /** Null: the sums are beyond exact digits, and only the shares themselves can say whether that matters. */
  tally: Tally | null;
}

export function initialStock(sku: string, warehouse: string): StockState {
  const empty = {
    counts: [],
    adjusted: [],
    movements: [],
    balances: [],
    journals: [],
    open: [],
    balanced: [],
    settled: [],
  };
  return { sku, warehouse, ...empty, tally: NO_TALLY };
}

export function evolveStock(state: StockState, fact: HeldFact): StockState {
  switch (fact.type) {
    case 'stock-level': {
      const counts = put(state.counts, fact.held);
      return counts === state.counts ? state : forget({ ...state, counts });
    }
    case 'stock-balance': {
      const balances = putBalance(state.balances, fact.held);
      if (balances === state.balances) return state;
      const sameUnit = unitOf(balances) === unitOf(state.balances);
      // In another unit, what was settled must be looked at again.
      return forget(
        sameUnit
          ? { ...state, balances }
          : { ...state, balances, open: everyShare(state).toSorted(byOrder), balanced: [], settled: [] },
      );
    }
    case 'stock-adjusted': {
      const adjusted = put(state.adjusted, fact.held);
      return adjusted === state.adjusted ? state : { ...state, adjusted };
    }
    case 'stock-journal': {
      const journals = put(state.journals, fact.held);
      return journals === state.journals ? state : { ...state, journals };
    }
    case 'goods-received': {
      const { poRef, lines } = fact.held.value;
      return moved(state, fact.held, {
        kind: 'receipt',
        reference: poRef,
        quantity: total(lines, state.sku),
      });
    }
    case 'transfer-dispatched': {
      const { transferRef, lines } = fact.held.value;
      return moved(state, fact.held, {
        kind: 'transfer',
        reference: transferRef,
        quantity: -total(lines, state.sku),
      });
    }
    case 'transfer-received': {
      const { transferRef, lines } = fact.held.value;
      return moved(state, fact.held, {
        kind: 'transfer',
        reference: transferRef,
        quantity: total(lines, state.sku),
      });
    }
    default:
      return state;
  }
}

/**
 * Prima numbers the versions of one balance, and every version is the absolute truth of its own `asOf`: each instant is
 * kept as a balance of its own, and only versions of the same instant compete.
 */
function putBalance(
  slot: Slot<Body<'stock-balance'>>,
  held: Held<Body<'stock-balance'>>,
): Slot<Body<'stock-balance'>> {
  return put(slot, { ...held, key: `${held.key}@${held.at}` });
}

function total(lines: readonly { sku: string; quantity: number }[], sku: string): number {
  let sum = 0;
  for (const line of lines) if (line.sku === sku) sum = exact(sum + line.quantity);
  return sum;
}

function moved(
  state: StockState,
  held: Omit<Held<unknown>, 'rivals' | 'unkept'>,
  movement: Movement,
): StockState {
  const { key, fact, rev, at, hash } = held;
  const movements = put(state.movements, { key, fact, rev, at, hash, value: movement });
  return movements === state.movements ? state : { ...state, movements };
}

export function receiveShare(
  state: StockState,
  order: string,
  value: StockShare | null,
  known: boolean,
): StockState {
  const next = copyOf(state);
  const anchors = anchorsOf(state);
  if (known) withdraw(next, order, anchors);
  if (value !== null) {
    const { dispatched, posted, returned } = value;
    place(next, { order, dispatched, posted, returned }, anchors);
  }
  return next;
}

/** Field by field: told by every order, and a spread of states of different shapes takes V8's slow path. */
function copyOf(state: StockState): StockState {
  return {
    sku: state.sku,
    warehouse: state.warehouse,
    counts: state.counts,
    adjusted: state.adjusted,
    movements: state.movements,
    balances: state.balances,
    journals: state.journals,
    open: state.open,
    balanced: state.balanced,
    settled: state.settled,
    tally: state.tally,
  };
}

/** Takes an order's share out of a copy. */
function withdraw(next: StockState, order: string, anchors: Anchors): void {
  const atOpen = placeIn(next.open, order);
  const open = next.open[atOpen];
  if (open?.order === order) {
    next.open = next.open.toSpliced(atOpen, 1);
    next.tally = tallied(next.tally, open, -1, anchors);
    return;
  }
  const atBalanced = placeIn(next.balanced, order);
  const balanced = next.balanced[atBalanced];
  if (balanced?.order === order) {
    next.balanced = next.balanced.toSpliced(atBalanced, 1);
    next.tally = talliedFlat(next.tally, balanced, -1, anchors);
    return;
  }
  const atSettled = placeIn(next.settled, order);
  if (next.settled[atSettled]?.order === order) next.settled = next.settled.toSpliced(atSettled, 1);
}

/** Where an order's share is in a list, or would be: whoever told first, the lists are the same. */
function placeIn(list: readonly { order: string }[], order: string): number {
  let low = 0;
  let high = list.length;
  // The newest orders move most.
  if (high > 0 && (list[high - 1] as { order: string }).order < order) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as { order: string }).order < order) low = middle + 1;
    else high = middle;
  }
  return low;
}

function inserted<S extends { order: string }>(list: readonly S[], share: S): readonly S[] {
  return list.toSpliced(placeIn(list, share.order), 0, share);
}

/** Puts a share into a copy, where its moves and the last anchors want it, whichever came first. */
function place(next: StockState, share: OrderShare, anchors: Anchors): void {
  if (!isBalanced(share, anchors.uom)) {
    next.open = inserted(next.open, share);
    next.tally = tallied(next.tally, share, 1, anchors);
    return;
  }
  const balanced = flat(share);
  if (isSettled(balanced, anchors)) next.settled = inserted(next.settled, balanced);
  else {
    next.balanced = inserted(next.balanced, balanced);
    next.tally = talliedFlat(next.tally, balanced, 1, anchors);
  }
}

/** Of the state that was asked about last: since when its sides differ is looked for at one instant after the other. */
const last: { state: StockState | null; shares: readonly OrderShare[] } = { state: null, shares: [] };

/** Every share, for an instant at which the sums do not hold. */
export function everyShare(state: StockState): readonly OrderShare[] {
  if (last.state !== state) {
    const { open, balanced, settled, balances } = state;
    const uom = unitOf(balances) ?? '';
    last.shares = [...open, ...[...balanced, ...settled].map((share) => whole(share, uom))];
    last.state = state;
  }
  return last.shares;
}

const DAY = 86_400_000;
/** How far back a stock case remembers what is settled. A mismatch that is older keeps the start it was opened with. */
export const STOCK_WINDOW_MS = 7 * DAY;

/**
 * Called when a count or balance arrives. Shares that both sides' last anchors already include are set apart; what lies
 * before the window is dropped. The window ends, on each side, at the newest anchor that is `STOCK_WINDOW_MS` older than the
 * older of both last anchors: a rule of the facts alone, so any order of arrival forgets the same.
 */
function forget(state: StockState): StockState {
  const next = sortShares(state);
  const lastCount = newest(state.counts);
  const lastBalance = newest(state.balances);
  if (lastCount === null || lastBalance === null) return next;
  const horizon = Math.min(lastCount, lastBalance) - STOCK_WINDOW_MS;
  const countFloor = floor(state.counts, horizon) ?? -Infinity;
  const balanceFloor = floor(state.balances, horizon) ?? -Infinity;
  const edge = Math.min(countFloor, balanceFloor);
  if (edge === -Infinity) return next;
  const recent = <T extends { at: number }>(slot: readonly T[], from: number) =>
    slot.filter((held) => held.at >= from);
  return {
    ...next,
    counts: recent(state.counts, countFloor),
    balances: recent(state.balances, balanceFloor),
    adjusted: recent(state.adjusted, edge),
    movements: state.movements.filter((held) => held.at >= edge || !booked(state, held.value)),
    journals: recent(state.journals, edge),
    settled: next.settled.filter((share) => lastMove(share) >= edge),
  };
}

function unitOf(balances: StockState['balances']): string | undefined {
  return latest(balances)?.value.uom;
}

function anchorsOf({ counts, balances }: StockState): Anchors {
  const last = latest(balances);
  return { count: newest(counts) ?? -Infinity, balance: last?.at ?? -Infinity, uom: last?.value.uom };
}

/** Whether both sides' last anchors include all that it moved, whichever came first. */
function isSettled(share: FlatShare, { count, balance }: Anchors): boolean {
  return lastMove(share) <= Math.min(count, balance);
}

/**
 * Each share where it belongs now that an anchor is another, and the sums anew. Anchors only advance, so what is settled stays
 * settled; all lists are in order already, and stay so without being sorted.
 */
function sortShares(state: StockState): StockState {
  const open: OrderShare[] = [];
  const newlyBalanced: FlatShare[] = [];
  const balanced: FlatShare[] = [];
  const settled: FlatShare[] = [];
  const anchors = anchorsOf(state);
  let tally: Tally | null = NO_TALLY;
  for (const share of state.open) {
    if (isBalanced(share, anchors.uom)) newlyBalanced.push(flat(share));
    else {
      open.push(share);
      tally = tallied(tally, share, 1, anchors);
    }
  }
  for (const share of merged(state.balanced, newlyBalanced)) {
    if (isSettled(share, anchors)) settled.push(share);
    else {
      balanced.push(share);
      tally = talliedFlat(tally, share, 1, anchors);
    }
  }
  return { ...state, open, balanced, settled: merged(state.settled, settled), tally };
}

/** Two lists by order as one. What comes to the longer one is mostly newer than nearly all of it. */
function merged<S extends { order: string }>(a: readonly S[], b: readonly S[]): readonly S[] {
  const first = b[0];
  if (a.length === 0 || first === undefined) return a.length === 0 ? b : a;
  let i = placeIn(a, first.order);
  const all = a.slice(0, i);
  for (const share of b) {
    for (; i < a.length && (a[i] as S).order < share.order; i++) all.push(a[i] as S);
    all.push(share);
  }
  for (; i < a.length; i++) all.push(a[i] as S);
  return all;
}

function byOrder(a: { order: string }, b: { order: string }): number {
  return a.order < b.order ? -1 : 1;
}

function newest(slot: Slot<unknown>): number | null {
  return latest(slot)?.at ?? null;
}

function floor(slot: Slot<unknown>, horizon: number): number | null {
  let best: number | null = null;
  for (const held of slot) if (held.at <= horizon && (best === null || held.at > best)) best = held.at;
  return best;
}

function booked(state: StockState, movement: Movement): boolean {
  let journalled = 0;
  for (const { value } of state.journals) {
    if (value.reference === movement.reference && value.reason === movement.kind)
      journalled += value.quantity;
  }
  return journalled === movement.quantity;
}

/** Dispatched and posted in full, in the balance's own unit. A later revision delivers the whole share again. */
function isBalanced(share: OrderShare, uom: string | undefined): boolean {
  let pending = 0;
  for (const each of share.dispatched) pending += each.quantity;
  for (const each of share.posted) {
    if (each.uom !== uom) return false;
    pending -= each.quantity;
  }
  return pending === 0 && share.returned.length === 0;
}
