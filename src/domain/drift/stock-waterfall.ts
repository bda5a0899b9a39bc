/**
 * From what the books say to what the warehouse counted, step by step: each step says how much of the difference it is, and
 * by which facts. All quantities are base micro-units, and parts of Prima less Scend.
 */
import { type Held, latest } from '../cases/held';
import { type KitRows, type Term, primaPosition, scendPosition } from '../cases/stock-position';
import { type StockState, everyShare } from '../cases/stock';
import type { DetectContext } from './context';
import { gapAt, inOrder, kitRows } from './detectors/stock-mismatch';

export interface Quantities {
  /** On hand. */
  physical: number;
  /** Of that, neither allocated nor quarantined nor otherwise unavailable. */
  free: number;
}

export const waterfallReasons = [
  'unit-or-alias',
  'cut-off',
  'in-transit',
  'receipt-not-booked',
  'return-not-booked',
  'quarantined-by-one-side',
  'dispatched-not-posted',
  'posted-not-dispatched',
] as const;

export interface WaterfallStep extends Quantities {
  reason: (typeof waterfallReasons)[number];
  facts: number[];
}

/** What a side said last, as it said it. */
export interface Stated extends Quantities {
  uom: string | null;
  fact: number;
  /** The source's clock, epoch ms. */
  at: number;
}

export interface Waterfall {
  book: Stated;
  counted: Stated;
  /** Every reason once, in that order, so that two waterfalls can be read side by side. */
  steps: WaterfallStep[];
  /** `book` less `counted` less all steps: what `stock-mismatch` calls unexplained. */
  unexplained: Quantities;
}

/** At the context's instant. Null where one side has said nothing, or in a unit that nobody knows. */
export function waterfallOf(state: StockState, context: DetectContext): Waterfall | null {
  const { now } = context;
  const gap = gapAt(state, context, now);
  const balance = latest(state.balances.filter(({ at }) => at <= now));
  if (gap === null || balance === null) return null;
  const kits = kitRows(state, context);
  // An anchor's own instant: nothing has moved since.
  const counted = scendPosition(state, gap.scend.anchor.at);
  const book = primaPosition(state, gap.prima.anchor.at, kits, context.product);
  if (counted === null || book === null) return null;
  const { physical, allocated, quarantined, uom } = balance.value;
  const stated = { physical, free: physical - allocated - quarantined };
  const steps: Record<WaterfallStep['reason'], Quantities & { facts: number[] }> = {
    'unit-or-alias': { ...less(stated, book), facts: [] },
    'cut-off': {
      ...less(less(book, gap.prima), less(counted, gap.scend)),
      facts: movedSince(state, kits, { count: gap.scend.anchor.at, balance: gap.prima.anchor.at, now }),
    },
    'in-transit': of(gap.terms, 'transfer-not-booked'),
    'receipt-not-booked': of(gap.terms, 'receipt-not-booked'),
    ...returns(of(gap.terms, 'return-not-booked')),
    'dispatched-not-posted': of(gap.terms, 'dispatched-not-posted'),
    'posted-not-dispatched': of(gap.terms, 'posted-not-dispatched'),
  };
  if (!isNothing(steps['unit-or-alias'])) steps['unit-or-alias'].facts = [balance.fact];
  return {
    book: { ...stated, uom, ...place(balance) },
    counted: { physical: counted.physical, free: counted.free, uom: null, ...place(counted.anchor) },
    steps: waterfallReasons.map((reason) => ({
      reason,
      ...steps[reason],
      facts: inOrder(steps[reason].facts),
    })),
    unexplained: less(NOTHING, gap),
  };
}

const NOTHING: Quantities = { physical: 0, free: 0 };

function less(a: Quantities, b: Quantities): Quantities {
  return { physical: a.physical - b.physical, free: a.free - b.free };
}

function isNothing({ physical, free }: Quantities): boolean {
  return physical === 0 && free === 0;
}

function place({ fact, at }: Held<unknown>): Pick<Stated, 'fact' | 'at'> {
  return { fact, at };
}

/** Terms are parts of Scend less Prima. */
function of(terms: readonly Term[], reason: Term['reason']): Quantities & { facts: number[] } {
  const sum = { ...NOTHING, facts: [] as number[] };
  for (const term of terms) {
    if (term.reason !== reason) continue;
    sum.physical -= term.physical;
    sum.free -= term.free;
    sum.facts.push(...term.facts);
  }
  return sum;
}

/** What came back and is not free, the warehouse keeps apart; the books know of neither. */
function returns(
  all: Quantities & { facts: number[] },
): Record<'return-not-booked' | 'quarantined-by-one-side', Quantities & { facts: number[] }> {
  const { physical, free, facts } = all;
  const apart = physical - free;
  return {
    'return-not-booked': { physical: free, free, facts: free === 0 ? [] : facts },
    'quarantined-by-one-side': { physical: apart, free: 0, facts: apart === 0 ? [] : facts },
  };
}

/** Facts by which a side is rolled from what it said last to now. */
function movedSince(
  state: StockState,
  kits: readonly KitRows[],
  { count, balance, now }: { count: number; balance: number; now: number },
): number[] {
  const facts: number[] = [];
  const add = (all: readonly { at: number; fact: number }[], after: number) => {
    for (const { at, fact } of all) if (at > after && at <= now) facts.push(fact);
  };
  add(state.adjusted, count);
  add(state.movements, count);
  add(state.journals, balance);
  for (const { dispatched, returned, posted } of everyShare(state)) {
    add(dispatched, count);
    add(returned, count);
    add(posted, balance);
  }
  for (const { orders, from, to } of kits) {
    for (const { posted } of orders)
      add(
        posted.filter(({ at }) => at >= from && at < to),
        balance,
      );
  }
  return facts;
}
