/**
 * Everything known about one order of the books, by Prima's number: the books' half (order, fulfilments, invoices,
 * credit notes, refund requests) beside the warehouse's half (received, rejected, dispatched, returned).
 */
import type { Body } from '../facts/canonical';
import { type Held, type HeldFact, type Slot, put } from './held';
import { stockKey } from './route';

/** One version of the sales order, as far as the release to the warehouse is concerned. */
export interface OrderVersion {
  rev: number;
  at: number;
  status: string;
  fact: number;
}

export interface OrderState {
  orderNo: string;
  salesOrders: Slot<Body<'sales-order'>>;
  versions: readonly OrderVersion[];
  received: Slot<Body<'warehouse-received'>>;
  rejected: Slot<Body<'warehouse-rejected'>>;
  allocated: Slot<Body<'warehouse-allocated'>>;
  warehouseCancelled: Slot<Body<'warehouse-cancelled'>>;
  manifested: Slot<Body<'manifested'>>;
  dispatched: Slot<Body<'dispatched'>>;
  returned: Slot<Body<'return-received'>>;
  fulfilments: Slot<Body<'fulfilment'>>;
  invoices: Slot<Body<'invoice'>>;
  creditNotes: Slot<Body<'credit-note'>>;
  refundRequests: Slot<Body<'refund-request'>>;
  transmissions: Slot<Body<'transmission'>>;
}

export function initialOrder(orderNo: string): OrderState {
  return {
    orderNo,
    salesOrders: [],
    versions: [],
    received: [],
    rejected: [],
    allocated: [],
    warehouseCancelled: [],
    manifested: [],
    dispatched: [],
    returned: [],
    fulfilments: [],
    invoices: [],
    creditNotes: [],
    refundRequests: [],
    transmissions: [],
  };
}

/** The same state, by identity, when the fact changes nothing. */
export function evolveOrder(state: OrderState, fact: HeldFact): OrderState {
  switch (fact.type) {
    case 'sales-order':
      return withVersion(set(state, 'salesOrders', fact.held), fact.held);
    case 'warehouse-received':
      return set(state, 'received', fact.held);
    case 'warehouse-rejected':
      return set(state, 'rejected', fact.held);
    case 'warehouse-allocated':
      return set(state, 'allocated', fact.held);
    case 'warehouse-cancelled':
      return set(state, 'warehouseCancelled', fact.held);
    case 'manifested':
      return set(state, 'manifested', fact.held);
    case 'dispatched':
      return set(state, 'dispatched', fact.held);
    case 'return-received':
      return set(state, 'returned', fact.held);
    case 'fulfilment':
      return set(state, 'fulfilments', fact.held);
    case 'invoice':
      return set(state, 'invoices', fact.held);
    case 'credit-note':
      return set(state, 'creditNotes', fact.held);
    case 'refund-request':
      return set(state, 'refundRequests', fact.held);
    case 'transmission':
      return set(state, 'transmissions', fact.held);
    default:
      return state;
  }
}

type SlotName = Exclude<keyof OrderState, 'orderNo' | 'versions'>;
type SlotValue<K extends SlotName> = OrderState[K][number]['value'];

function set<K extends SlotName>(state: OrderState, name: K, held: Held<SlotValue<K>>): OrderState {
  const slot = state[name] as Slot<SlotValue<K>>;
  const next = put(slot, held);
  if (next === slot) return state;
  // A copy and an assignment: a computed name in a literal takes V8 ten times as long.
  const copy = copyOf(state);
  (copy as Record<SlotName, unknown>)[name] = next;
  return copy;
}

/** Field by field: a spread of states that were read from JSON, folded or begun takes V8's slow path, and this gives all one shape. */
function copyOf(state: OrderState): OrderState {
  return {
    orderNo: state.orderNo,
    salesOrders: state.salesOrders,
    versions: state.versions,
    received: state.received,
    rejected: state.rejected,
    allocated: state.allocated,
    warehouseCancelled: state.warehouseCancelled,
    manifested: state.manifested,
    dispatched: state.dispatched,
    returned: state.returned,
    fulfilments: state.fulfilments,
    invoices: state.invoices,
    creditNotes: state.creditNotes,
    refundRequests: state.refundRequests,
    transmissions: state.transmissions,
  };
}

/** Every version is remembered by revision, also one that lost, so that the release has one time in any order of arrival. */
function withVersion(state: OrderState, held: Held<Body<'sales-order'>>): OrderState {
  const body = held.value;
  const version = { rev: held.rev, at: body.modifiedAt, status: body.status, fact: held.fact };
  const last = state.versions.at(-1);
  if (last === undefined || last.rev < version.rev)
    return withVersions(state, state.versions.concat([version]));
  const same = state.versions.find((known) => known.rev === version.rev);
  if (same && (same.at < version.at || (same.at === version.at && same.status <= version.status)))
    return state;
  const versions = [...state.versions.filter((known) => known !== same), version].sort(
    (a, b) => a.rev - b.rev,
  );
  return withVersions(state, versions);
}

function withVersions(state: OrderState, versions: readonly OrderVersion[]): OrderState {
  const copy = copyOf(state);
  copy.versions = versions;
  return copy;
}

export function salesOrderOf(state: OrderState): Held<Body<'sales-order'>> | null {
  return state.salesOrders[0] ?? null;
}

/** `order:<channel reference, or Prima's number if it has none>`. */
export function orderSubject(state: OrderState): string {
  return salesOrderOf(state)?.value.externalRef ?? state.orderNo;
}

/** What the order's documents move in one SKU at one warehouse; delivered to that stock case whenever it changes. */
export interface StockShare {
  /** Scend's dispatches, base micro-units. */
  dispatched: readonly Move[];
  /** Prima's fulfilments, micro-units of `uom`. */
  posted: readonly (Move & { uom: string })[];
  /** The warehouse's returns, by the keys of their documents. */
  returned: readonly (Move & { key: string; toStatus: string | null; ref: string })[];
}

/** Of a document's version: its fact tells it from every other. */
export interface Move {
  fact: number;
  at: number;
  quantity: number;
}

export interface Contribution<V> {
  target: string;
  value: V;
  /** The facts that it rests on: they belong to the target's trail too. */
  facts: number[];
}

/** Those that a share rests on. */
export function factsOf({ dispatched, posted, returned }: StockShare): number[] {
  const facts = dispatched.map(({ fact }) => fact);
  if (posted.length + returned.length === 0) return facts;
  return facts.concat(
    posted.map(({ fact }) => fact),
    returned.map(({ fact }) => fact),
  );
}

type OpenShare = { -readonly [K in keyof StockShare]: StockShare[K] };

/** With room for its elements and no more, since it is kept. */
function withMove<M>(moves: readonly M[], move: M): readonly M[] {
  return moves.length === 0 ? [move] : moves.concat([move]);
}

const NONE: readonly never[] = [];

/** Beyond so many targets they are found by a map; most orders have one or two. */
const FEW = 16;

class Shares {
  private readonly all: { target: string; value: OpenShare }[] = [];
  private byTarget: Map<string, OpenShare> | null = null;

  of(sku: string, warehouse: string): OpenShare {
    const { all } = this;
    const target = stockKey(sku, warehouse);
    const known = this.byTarget?.get(target);
    if (known) return known;
    if (!this.byTarget) for (const each of all) if (each.target === target) return each.value;
    const value: OpenShare = { dispatched: NONE, posted: NONE, returned: NONE };
    all.push({ target, value });
    if (this.byTarget) this.byTarget.set(target, value);
    else if (all.length === FEW) this.byTarget = new Map(all.map((each) => [each.target, each.value]));
    return value;
  }

  addReturned(slot: OrderState['returned']): void {
    for (const held of slot) {
      for (const { sku, quantity, toStatus } of held.value.lines) {
        const { warehouse, returnRef: ref } = held.value;
        const { key, fact, at } = held;
        const share = this.of(sku, warehouse);
        share.returned = withMove(share.returned, { key, fact, at, quantity, toStatus, ref });
      }
    }
  }

  list(): Contribution<StockShare>[] {
    return this.all.map(({ target, value }) => ({ target, value, facts: factsOf(value) }));
  }
}

export function stockShares(state: OrderState): Contribution<StockShare>[] {
  const shares = new Shares();
  for (const held of state.dispatched) {
    const { fact, at } = held;
    for (const { sku, quantity } of held.value.lines) {
      const share = shares.of(sku, held.value.warehouse);
      share.dispatched = withMove(share.dispatched, { fact, at, quantity });
    }
  }
  for (const held of state.fulfilments) {
    const { fact, at, value } = held;
    const { warehouse, lines, status } = value;
    if (warehouse === null || status !== 'shipped') continue;
    for (const { sku, quantity, uom } of lines) {
      const share = shares.of(sku, warehouse);
      share.posted = withMove(share.posted, { fact, at, quantity, uom });
    }
  }
  shares.addReturned(state.returned);
  return shares.list();
}

/** The stock cases that a document moves goods in. */
export function stockOf({ type, held }: HeldFact): string[] {
  if (type !== 'dispatched' && type !== 'fulfilment' && type !== 'return-received') return [];
  const { warehouse, lines } = held.value;
  return warehouse === null ? [] : lines.map(({ sku }) => stockKey(sku, warehouse));
}

/** Of goods that came back without an order's number. */
export function returnShares(returned: OrderState['returned']): Contribution<StockShare>[] {
  const shares = new Shares();
  shares.addReturned(returned);
  return shares.list();
}

export function sameShare(a: StockShare, b: StockShare): boolean {
  return (
    sameMoves(a.dispatched, b.dispatched) &&
    sameMoves(a.posted, b.posted) &&
    sameMoves(a.returned, b.returned)
  );
}

type AnyMove = Move & { uom?: string; toStatus?: string | null; ref?: string };

function sameMoves(a: readonly AnyMove[], b: readonly AnyMove[]): boolean {
  return (
    a.length === b.length &&
    a.every((move, index) => {
      const other = b[index];
      return (
        other !== undefined &&
        move.fact === other.fact &&
        move.quantity === other.quantity &&
        move.at === other.at &&
        move.uom === other.uom &&
        move.toStatus === other.toStatus &&
        move.ref === other.ref
      );
    })
  );
}
