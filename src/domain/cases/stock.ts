/**
 * One SKU in one warehouse: Scend's counts and movements beside Prima's balances and journals, and the share that each
 * order has in it. What is settled on both sides and older than the window is forgotten (see `forget`).
 */
import type { Body, Canonical } from '../facts/canonical';
import { type Held, type Slot, put } from './held';
import type { StockShare } from './order';

export interface OrderShare extends StockShare {
  /** The order's case. */
  order: string;
}

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
  orders: readonly OrderShare[];
}

export function initialStock(sku: string, warehouse: string): StockState {
  return { sku, warehouse, counts: [], adjusted: [], movements: [], balances: [], journals: [], orders: [] };
}

export function evolveStock(state: StockState, held: Held<Canonical>): StockState {
  const { value: fact } = held;
  switch (fact.type) {
    case 'stock-level': {
      const counts = put(state.counts, { ...held, value: fact.body });
      return counts === state.counts ? state : forget({ ...state, counts });
    }
    case 'stock-balance': {
      const balances = putBalance(state.balances, { ...held, value: fact.body });
      return balances === state.balances ? state : forget({ ...state, balances });
    }
    case 'stock-adjusted': {
      const adjusted = put(state.adjusted, { ...held, value: fact.body });
      return adjusted === state.adjusted ? state : { ...state, adjusted };
    }
    case 'stock-journal': {
      const journals = put(state.journals, { ...held, value: fact.body });
      return journals === state.journals ? state : { ...state, journals };
    }
    case 'goods-received':
      return moved(state, held, {
        kind: 'receipt',
        reference: fact.body.poRef,
        quantity: total(fact.body.lines, state.sku),
      });
    case 'transfer-dispatched':
      return moved(state, held, {
        kind: 'transfer',
        reference: fact.body.transferRef,
        quantity: -total(fact.body.lines, state.sku),
      });
    case 'transfer-received':
      return moved(state, held, {
        kind: 'transfer',
        reference: fact.body.transferRef,
        quantity: total(fact.body.lines, state.sku),
      });
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
  for (const line of lines) if (line.sku === sku) sum += line.quantity;
  return sum;
}

function moved(state: StockState, held: Held<Canonical>, movement: Movement): StockState {
  const movements = put(state.movements, { ...held, value: movement });
  return movements === state.movements ? state : { ...state, movements };
}

export function receiveShare(state: StockState, order: string, value: StockShare | null): StockState {
  const orders = state.orders.filter((share) => share.order !== order);
  if (value !== null) orders.push({ order, ...value });
  return { ...state, orders };
}

const DAY = 86_400_000;
/** How far back a stock case remembers what is settled. Only the start of a mismatch older than this is told less exactly. */
export const STOCK_WINDOW_MS = 35 * DAY;

/**
 * The window ends at the newest anchor (count or balance) of either side that is `STOCK_WINDOW_MS` older than the older of
 * both sides' last anchors: a rule of the facts alone, so any order of arrival forgets the same.
 */
function forget(state: StockState): StockState {
  const lastCount = newest(state.counts);
  const lastBalance = newest(state.balances);
  if (lastCount === null || lastBalance === null) return state;
  const horizon = Math.min(lastCount, lastBalance) - STOCK_WINDOW_MS;
  const countFloor = floor(state.counts, horizon);
  const balanceFloor = floor(state.balances, horizon);
  if (countFloor === null || balanceFloor === null) return state;
  const edge = Math.min(countFloor, balanceFloor);
  const recent = <T extends { at: number }>(slot: readonly T[], from: number) =>
    slot.filter((held) => held.at >= from);
  return {
    ...state,
    counts: recent(state.counts, countFloor),
    balances: recent(state.balances, balanceFloor),
    adjusted: recent(state.adjusted, edge),
    movements: state.movements.filter((held) => held.at >= edge || !booked(state, held.value)),
    journals: recent(state.journals, edge),
    orders: state.orders.filter((share) => !settled(share, edge, state.balances)),
  };
}

function newest(slot: Slot<unknown>): number | null {
  return slot.length === 0 ? null : slot.reduce((max, held) => Math.max(max, held.at), -Infinity);
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

/** Dispatched and posted in full, in the balance's own unit, before the edge. A later revision delivers the whole share again. */
function settled(share: OrderShare, edge: number, balances: StockState['balances']): boolean {
  const uom = balances[0]?.value.uom;
  let pending = 0;
  for (const each of share.dispatched) {
    if (each.at >= edge) return false;
    pending += each.quantity;
  }
  for (const each of share.posted) {
    if (each.at >= edge || each.uom !== uom) return false;
    pending -= each.quantity;
  }
  return pending === 0 && share.returned.length === 0;
}
