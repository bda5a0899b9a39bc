/** What each side says is in a stock case at an instant, rolled forward from its last count or balance. Base micro-units. */
import { MICRO, exact, mulDiv } from '../exact';
import { type Held, isWithin, latest, upTo } from './held';
import { type LookProduct, toBase } from './quantities';
import { type OrderShare, type StockState, type Tally, everyShare } from './stock';

export interface Position {
  physical: number;
  free: number;
  /** The count or balance it starts from. */
  anchor: Held<unknown>;
}

export interface Term {
  reason:
    | 'dispatched-not-posted'
    | 'posted-not-dispatched'
    | 'receipt-not-booked'
    | 'return-not-booked'
    | 'transfer-not-booked';
  /** Signed, as part of Scend less Prima. */
  physical: number;
  free: number;
  facts: number[];
}

/** Another SKU's rows that move this one: a kit which the warehouse explodes. */
export interface KitRows {
  orders: readonly OrderShare[];
  quantity: number;
  /** The clocks of the moves that it holds for: from then on, and no longer then. */
  from: number;
  to: number;
}

/** Known statuses; an unmapped one counts as physical and otherwise unavailable. */
const FREE = 'available';

function isAbsent(status: string): boolean {
  return status === 'in_transfer' || status === 'receiving';
}

export function scendPosition(state: StockState, until: number): Position | null {
  const counts = upTo(state.counts, until);
  const anchor = latest(counts);
  if (anchor === null) return null;
  let physical = 0;
  let free = 0;
  const add = (status: string, quantity: number) => {
    if (isAbsent(status)) return;
    physical += quantity;
    if (status === FREE) free += quantity;
  };
  for (const { status, quantity } of anchor.value.statuses) add(status, quantity);
  const later = (at: number) => at > anchor.at && at <= until;
  for (const held of state.adjusted) if (later(held.at)) add(held.value.status, held.value.delta);
  for (const held of state.movements) if (later(held.at)) add(FREE, held.value.quantity);
  const tally = tallyAt(state, until);
  const tallyHolds = tally !== null && counts === state.counts;
  if (tallyHolds) physical -= tally.dispatched;
  for (const share of tallyHolds ? state.open : everyShare(state)) {
    if (!tallyHolds) for (const move of share.dispatched) if (later(move.at)) physical -= move.quantity;
    for (const move of share.returned) if (later(move.at)) add(move.toStatus ?? FREE, move.quantity);
  }
  return { physical: exact(physical), free: exact(free), anchor };
}

export function primaPosition(
  state: StockState,
  until: number,
  kits: readonly KitRows[],
  look: LookProduct,
): Position | null {
  const balances = upTo(state.balances, until);
  const anchor = latest(balances);
  if (anchor === null) return null;
  const base = (quantity: number) => toBase({ sku: state.sku, quantity, uom: anchor.value.uom }, look);
  const physicalBase = base(anchor.value.physical);
  const freeBase = base(anchor.value.physical - anchor.value.allocated - anchor.value.quarantined);
  if (physicalBase === null || freeBase === null) return null;
  let physical = physicalBase;
  let free = freeBase;
  const later = (at: number) => at > anchor.at && at <= until;
  for (const held of state.journals) {
    if (!later(held.at)) continue;
    physical += held.value.quantity;
    if (!booksUnavailable(state, held.value.reason, held.value.reference)) free += held.value.quantity;
  }
  const inBase = converter(state.sku, look);
  const tally = kits.length === 0 ? tallyAt(state, until) : null;
  const tallyHolds = tally !== null && balances === state.balances;
  if (tallyHolds) for (const { uom, quantity } of tally.posted) physical -= inBase({ uom, quantity });
  for (const { posted } of tallyHolds ? [] : sharesWithKits(everyShare(state), kits)) {
    for (const move of posted) if (later(move.at)) physical -= inBase(move);
  }
  return { physical: exact(physical), free: exact(free), anchor };
}

/** What Prima has promised of what it has. Base micro-units. */
export interface Promised {
  physical: number;
  allocated: number;
  free: number;
  anchor: Held<unknown>;
}

/**
 * As of the last balance, with later journals. A fulfilment takes as much from what is allocated as from what is there, so none
 * is counted. Null without a balance, or in a unit that the product does not have.
 */
export function promiseOf(state: StockState, until: number, look: LookProduct): Promised | null {
  const anchor = latest(upTo(state.balances, until));
  if (anchor === null) return null;
  const { uom } = anchor.value;
  const physical = toBase({ sku: state.sku, quantity: anchor.value.physical, uom }, look);
  const allocated = toBase({ sku: state.sku, quantity: anchor.value.allocated, uom }, look);
  const quarantined = toBase({ sku: state.sku, quantity: anchor.value.quarantined, uom }, look);
  if (physical === null || allocated === null || quarantined === null) return null;
  let [booked, freed] = [0, 0];
  for (const { at, value } of state.journals) {
    if (at <= anchor.at || at > until) continue;
    booked += value.quantity;
    if (!booksUnavailable(state, value.reason, value.reference)) freed += value.quantity;
  }
  const free = exact(physical - allocated - quarantined + freed);
  return { physical: exact(physical + booked), allocated, free, anchor };
}

/** The differences that facts already account for, each with its facts. */
export function explainedTerms(
  state: StockState,
  until: number,
  kits: readonly KitRows[],
  look: LookProduct,
): Term[] {
  const ahead: Term = { reason: 'dispatched-not-posted', physical: 0, free: 0, facts: [] };
  const behind: Term = { reason: 'posted-not-dispatched', physical: 0, free: 0, facts: [] };
  const inBase = converter(state.sku, look);
  // Balanced shares explain nothing at any instant after their moves; before, they are needed too.
  const shares = kits.length === 0 && tallyAt(state, until) !== null ? state.open : everyShare(state);
  for (const share of sharesWithKits(shares, kits)) {
    let pending = 0;
    for (const move of share.dispatched) if (move.at <= until) pending += move.quantity;
    for (const move of share.posted) if (move.at <= until) pending -= inBase(move);
    if (pending === 0) continue;
    const [term, moves] = pending > 0 ? [ahead, share.dispatched] : [behind, share.posted];
    term.physical -= pending;
    for (const { at, fact } of moves) if (at <= until) term.facts.push(fact);
  }
  const terms = [ahead, behind, ...movementTerms(state, until), ...returnTerms(state, until)];
  return terms.filter((term) => term.physical !== 0 || term.free !== 0);
}

const NO_TERMS: readonly never[] = [];

function movementTerms(state: StockState, until: number): readonly Term[] {
  if (state.movements.length === 0) return NO_TERMS;
  const byReference = new Map<string, Term>();
  for (const held of upTo(state.movements, until)) {
    const id = `${held.value.kind}/${held.value.reference}`;
    const reason = held.value.kind === 'receipt' ? 'receipt-not-booked' : 'transfer-not-booked';
    const term = byReference.get(id) ?? { reason, physical: 0, free: 0, facts: [] };
    term.physical += held.value.quantity;
    term.facts.push(held.fact);
    byReference.set(id, term);
  }
  for (const held of upTo(state.journals, until)) {
    const term = byReference.get(`${held.value.reason}/${held.value.reference ?? ''}`);
    if (term) term.physical -= held.value.quantity;
  }
  const terms = [...byReference.values()];
  for (const term of terms) term.free = term.physical;
  return terms;
}

function returnTerms(state: StockState, until: number): readonly Term[] {
  if (!state.open.some(({ returned }) => returned.length > 0)) return NO_TERMS;
  const term: Term = { reason: 'return-not-booked', physical: 0, free: 0, facts: [] };
  const references = new Set<string>();
  for (const share of state.open) {
    for (const move of share.returned) {
      if (move.at > until || isAbsent(move.toStatus ?? FREE)) continue;
      references.add(move.ref);
      term.physical += move.quantity;
      if ((move.toStatus ?? FREE) === FREE) term.free += move.quantity;
      term.facts.push(move.fact);
    }
  }
  for (const held of upTo(state.journals, until)) {
    const { reason, reference, quantity } = held.value;
    if (reason !== 'return' || reference === null || !references.has(reference)) continue;
    term.physical -= quantity;
    if (!booksUnavailable(state, reason, reference)) term.free -= quantity;
  }
  return [term];
}

/** The journal of a return that went to quarantine makes nothing free. */
function booksUnavailable(state: StockState, reason: string, reference: string | null): boolean {
  if (reason !== 'return' || reference === null) return false;
  const moves = state.open.flatMap((share) => share.returned.filter((move) => move.ref === reference));
  return moves.length > 0 && moves.every((move) => (move.toStatus ?? FREE) !== FREE);
}

/** The sums, where they speak of this instant: every share has moved, those too that both last anchors include. */
function tallyAt({ tally, settled, counts, balances }: StockState, until: number): Tally | null {
  if (tally === null || until < tally.newest) return null;
  const included = settled.length === 0 || isWithin(counts, until) || isWithin(balances, until);
  return included ? tally : null;
}

function sharesWithKits(own: readonly OrderShare[], kits: readonly KitRows[]): readonly OrderShare[] {
  if (kits.length === 0) return own;
  const shares = new Map(own.map((share) => [share.order, share]));
  for (const kit of kits) {
    for (const share of kit.orders) {
      const known = shares.get(share.order) ?? {
        order: share.order,
        dispatched: [],
        posted: [],
        returned: [],
      };
      const holding = share.posted.filter(({ at }) => at >= kit.from && at < kit.to);
      const posted = holding.map((move) => ({
        ...move,
        quantity: mulDiv(move.quantity, kit.quantity, MICRO),
        uom: BASE,
      }));
      shares.set(share.order, { ...known, posted: [...known.posted, ...posted] });
    }
  }
  return [...shares.values()];
}

/** Marks a quantity that is in base units already. */
const BASE = '';

/** Posted quantities in base units; the unit is looked up once for all moves that share it. */
function converter(sku: string, look: LookProduct): (move: { uom: string; quantity: number }) => number {
  let uom = BASE;
  let factor: number | null = MICRO;
  return (move) => {
    if (move.uom === BASE) return move.quantity;
    if (move.uom !== uom) {
      uom = move.uom;
      factor = toBase({ sku, quantity: MICRO, uom }, look);
    }
    return factor === null || factor === MICRO ? move.quantity : mulDiv(move.quantity, factor, MICRO);
  };
}
