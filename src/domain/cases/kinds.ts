/** The registry of case kinds: how each begins, folds, is named, is found, and what it tells other cases. */
import type { Body } from '../facts/canonical';
import type { FeedState } from './feed';
import { kitTimes } from './kits';
import { type Held, type HeldFact, put } from './held';
import {
  type Contribution,
  type OrderState,
  type StockShare,
  evolveOrder,
  initialOrder,
  orderSubject,
  returnShares,
  sameShare,
  stockOf,
  stockShares,
} from './order';
import {
  type KitMembership,
  type ProductState,
  evolveProduct,
  initialProduct,
  memberships,
  receiveMembership,
} from './product';
import { orderRefs } from './refs';
import {
  type ChannelOrderState,
  type CustomerState,
  type MessageState,
  type ReturnState,
  type TaxCodesState,
  evolveChannelOrder,
  evolveCustomer,
  evolveReturn,
  evolveTaxCodes,
} from './simple';
import { type StockState, evolveStock, initialStock, receiveShare } from './stock';

export interface CaseStates {
  order: OrderState;
  'channel-order': ChannelOrderState;
  stock: StockState;
  product: ProductState;
  customer: CustomerState;
  invoice: InvoiceState;
  return: ReturnState;
  'tax-codes': TaxCodesState;
  feed: FeedState;
  message: MessageState;
}

export type CaseKind = keyof CaseStates;

/** A consolidated invoice whose header names no order: it only hands its lines to the orders that they name. */
export interface InvoiceState {
  invoiceNo: string;
  held: Held<Body<'invoice'>> | null;
}

interface KindOf<S> {
  initial(id: string): S;
  /** The same state, by identity, when nothing changes. */
  evolve(state: S, fact: HeldFact): S;
  /** What the case is called outside (`order:SC-100901`). */
  subject(state: S, key: string): string;
  /** References by which people and other cases find it, prefixed by what they are. */
  refs(state: S): string[];
  /** What it tells other cases, by their keys; differences are delivered. */
  contributions?(state: S): Contribution<unknown>[];
  /** Cases that a fact may make it tell something: for who brings them into memory ahead. */
  mayTell?(fact: HeldFact): readonly string[];
  /** Whether a change of the state can have changed them; cheap, by identity of what they are made from. */
  contributionsMayDiffer?(before: S, after: S): boolean;
  /** Whether two contributions say the same; compared as JSON where there is nothing quicker. */
  sameContribution?(a: unknown, b: unknown): boolean;
  /** `known`: the case had told this one something before. Null takes that back. */
  receive?(state: S, from: string, value: unknown, known: boolean): S;
  /** What cases that look at this one depend on: they are asked again when this text changes. */
  facet?(state: S): string;
  /** Fields that seldom change and may be large: they are stored beside the others, and again only when they have changed. */
  rare?: readonly (keyof S & string)[];
}

const noRefs = () => [];
const ownKey = (_: unknown, key: string) => key;

export const caseKinds: { [K in CaseKind]: KindOf<CaseStates[K]> } = {
  order: {
    initial: initialOrder,
    evolve: evolveOrder,
    subject: (state) => `order:${orderSubject(state)}`,
    refs: orderRefs,
    contributions: stockShares,
    mayTell: stockOf,
    contributionsMayDiffer: (before, after) =>
      before.dispatched !== after.dispatched ||
      before.fulfilments !== after.fulfilments ||
      before.returned !== after.returned,
    sameContribution: (a, b) => sameShare(a as StockShare, b as StockShare),
    receive: (state, from, value) => receiveInvoice(state, from, value as Held<Body<'invoice'>> | null),
  },
  'channel-order': {
    initial: (ref) => ({ ref, transmissions: [], reservations: [] }),
    evolve: evolveChannelOrder,
    subject: (state) => `order:${state.ref}`,
    refs: noRefs,
  },
  stock: {
    initial: (id) => {
      const at = id.lastIndexOf('@');
      return initialStock(id.slice(0, at), id.slice(at + 1));
    },
    evolve: evolveStock,
    subject: ownKey,
    refs: (state) => [`sku:${state.sku}`],
    receive: (state, from, value, known) => receiveShare(state, from, value as StockShare | null, known),
    // Only a kit's rows are looked at (by its components), and a kit is never counted.
    facet: (state) =>
      state.counts.length + state.balances.length === 0 ? JSON.stringify([state.open, state.balanced]) : '',
    // Orders move a SKU all day; what was counted and what is settled changes with the next count.
    rare: ['counts', 'adjusted', 'movements', 'balances', 'journals', 'settled'],
  },
  product: {
    initial: initialProduct,
    evolve: evolveProduct,
    subject: ownKey,
    refs: noRefs,
    contributions: memberships,
    contributionsMayDiffer: (before, after) => before.boms !== after.boms || before.bundles !== after.bundles,
    receive: (state, from, value) => receiveMembership(state, from, value as readonly KitMembership[] | null),
    facet: (state) => {
      const item = state.items[0]?.value;
      return JSON.stringify([
        item && [item.status, item.stockManaged, item.baseUom, item.uoms],
        kitTimes(state).map(({ from, to, held: { value } }) => [from, to, value.components, value.explodeAt]),
        state.partOf,
        state.synchronised.length > 0,
      ]);
    },
  },
  customer: {
    initial: (account) => ({ account, customers: [], transmissions: [] }),
    evolve: evolveCustomer,
    subject: ownKey,
    refs: noRefs,
    facet: (state) => String(state.customers.length > 0),
  },
  invoice: {
    initial: (invoiceNo) => ({ invoiceNo, held: null }),
    evolve: (state, fact) => {
      if (fact.type !== 'invoice') return state;
      const [held = null] = put(state.held === null ? [] : [state.held], fact.held);
      return held === state.held ? state : { ...state, held };
    },
    subject: ownKey,
    refs: noRefs,
    contributions: (state) => (state.held ? invoiceShares(state.held) : []),
  },
  return: {
    initial: (ref) => ({ ref, returned: [], refundRequests: [], creditNotes: [] }),
    evolve: evolveReturn,
    subject: ownKey,
    refs: (state) => [state.ref],
    contributions: (state) => returnShares(state.returned),
    contributionsMayDiffer: (before, after) => before.returned !== after.returned,
    facet: (state) =>
      JSON.stringify(state.refundRequests.map(({ key, value }) => [key, value.returnRef]).sort()),
  },
  'tax-codes': {
    initial: () => ({ taxCodes: [] }),
    evolve: evolveTaxCodes,
    subject: ownKey,
    refs: noRefs,
    facet: (state) => JSON.stringify(state.taxCodes.map(({ value }) => value.taxCode).sort()),
  },
  feed: {
    initial: () => {
      throw new Error('a feed begins with its source, not with a key');
    },
    evolve: (state) => state,
    subject: ownKey,
    refs: noRefs,
  },
  message: {
    initial: () => {
      throw new Error('a quarantined message begins with its fact, not with a key');
    },
    evolve: (state) => state,
    subject: (state) => `fact:${state.position}`,
    refs: noRefs,
  },
};

/** The lines of a consolidated invoice, each to the order that it names. */
function invoiceShares({
  rivals: _told,
  unkept: _isMore,
  ...held
}: Held<Body<'invoice'>>): Contribution<Held<Body<'invoice'>>>[] {
  const invoice = held.value;
  const orders = new Set<string>();
  const orderOf = (line: (typeof invoice.lines)[number]) => line.orderNo ?? invoice.orderNo;
  for (const line of invoice.lines) {
    const orderNo = orderOf(line);
    if (orderNo !== null) orders.add(orderNo);
  }
  return [...orders].map((orderNo) => {
    const share = { ...invoice, orderNo, lines: invoice.lines.filter((line) => orderOf(line) === orderNo) };
    return { target: `order:${orderNo}`, value: { ...held, value: share }, facts: [held.fact] };
  });
}

function receiveInvoice(state: OrderState, from: string, value: Held<Body<'invoice'>> | null): OrderState {
  const invoiceNo = from.slice('invoice:'.length);
  const others = state.invoices.filter((held) => held.value.invoiceNo !== invoiceNo);
  return { ...state, invoices: value === null ? others : [...others, value] };
}
