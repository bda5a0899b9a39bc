import {
  type KitRows,
  type Position,
  type Term,
  explainedTerms,
  primaPosition,
  scendPosition,
} from '../../cases/stock-position';
import { latest, sourceOf } from '../../cases/held';
import { MAX_DEPTH } from '../../cases/quantities';
import { type StockState, everyShare } from '../../cases/stock';
import { MICRO, type Money, formatQuantity, mulDiv } from '../../exact';
import { graceMs, unitsOf } from '../../policy';
import type { DetectContext } from '../context';
import { detector } from '../detector';
import {
  alive,
  balance,
  dispatched,
  hours,
  item,
  journal,
  level,
  salesOrder,
  synchronised,
} from '../examples';
import { type Explained, type Finding, NO_FINDINGS } from '../finding';
import { type Start, heldSince } from './stock-since';

const CODE = 'stock-mismatch';
const GRACE_SECONDS = 30 * 60;
/** Where what would explain a difference comes from. */
export const STOCK_FEEDS = [
  ...['stock', 'order', 'return', 'goods', 'transfer'].map((stream) => ({ kind: 'scend', stream })),
  ...['StockBalance', 'StockJournal', 'ItemFulfilment'].map((stream) => ({ kind: 'prima', stream })),
];
const current = [alive('scend', hours(0)), alive('prima', hours(0))];
const basics = [item(hours(-9)), synchronised(hours(-9)), level(hours(-1), 9), balance(hours(-1), 10)];

export const stockMismatch = detector({
  code: CODE,
  on: 'stock',
  meaning:
    "Scend's and Prima's positions, rolled to the same instant, differ in physical or free by an unexplained amount.",
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  windowed: true,
  reads: { toleranceUnits: '0' },
  causes: ['adjustment-not-booked', 'journal-without-adjustment', 'unexplained'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    const gap = gapNow(state, context);
    if (gap === null || !gap.open) return NO_FINDINGS;
    const start = since(state, context, gap);
    const dueAt = start.at + graceMs(context.policy, CODE, GRACE_SECONDS);
    if (!context.told(dueAt, STOCK_FEEDS)) return NO_FINDINGS;
    const units = gap.physical !== 0 ? gap.physical : gap.free;
    return [
      {
        subject: { kind: 'stock', id: `${state.sku}@${state.warehouse}` },
        discriminator: '',
        since: start.at,
        certain: start.certain,
        dueAt,
        sides: [
          { system: sourceOf(gap.scend.anchor), value: positionText(gap.scend), fact: gap.scend.anchor.fact },
          { system: sourceOf(gap.prima.anchor), value: positionText(gap.prima), fact: gap.prima.anchor.fact },
        ],
        difference: { physical: formatQuantity(gap.physical), free: formatQuantity(gap.free) },
        explained: explainedBy(gap),
        amountAtRisk: stockValue(state, units),
        unitsAtRisk: formatQuantity(Math.abs(units)),
        cause: { ...causeOf(state, units), about: state.sku },
        divergence: { fact: start.fact, at: start.at },
        fixes: [
          {
            kind: 'correct',
            system: 'prima',
            text: `Count ${state.sku} in ${state.warehouse}; if the warehouse is right, post a journal of ${formatQuantity(units)} in Prima.`,
          },
        ],
      },
    ];
  },
  examples: {
    opens: { facts: [...basics, ...current], at: hours(0), subject: 'stock:BAG-1@UK1', cause: 'unexplained' },
    // The same difference, but one piece is dispatched and not posted yet: explained.
    staysClosed: {
      facts: [
        ...basics.slice(0, 2),
        salesOrder(hours(-5)),
        dispatched(hours(-2), { lines: [{ orderLine: 1, sku: 'BAG-1', quantity: MICRO }] }),
        level(hours(-1), 9),
        balance(hours(-1), 10, 1),
        ...current,
      ],
      at: hours(0),
    },
    resolves: { by: [journal(hours(0), -1)] },
  },
});

export interface Gap {
  scend: Position;
  prima: Position;
  /** Unexplained part of Scend less Prima. */
  physical: number;
  free: number;
  /** What facts account for, none of them with more than there was left to explain. */
  terms: Term[];
  /** Beyond tolerance. */
  open: boolean;
}

/** The gap as of now, for whoever asks in one evaluation. */
export function gapNow(state: StockState, context: DetectContext): Gap | null {
  return context.once('gap', () => gapAt(state, context, context.now));
}

/** The two positions at an instant and what is left of their difference; null with one side only. */
export function gapAt(state: StockState, context: DetectContext, until: number): Gap | null {
  const look = context.product;
  const kits = kitRows(state, context);
  const scend = scendPosition(state, until);
  const prima = primaPosition(state, until, kits, look);
  if (scend === null || prima === null) return null;
  let physical = scend.physical - prima.physical;
  let free = scend.free - prima.free;
  const terms: Term[] = [];
  if (physical !== 0 || free !== 0) {
    for (const term of explainedTerms(state, until, kits, look)) {
      const { reason, facts } = term;
      const ofPhysical = explainable(term.physical, physical);
      const ofFree = explainable(term.free, free);
      physical -= ofPhysical;
      free -= ofFree;
      if (ofPhysical !== 0 || ofFree !== 0) terms.push({ reason, physical: ofPhysical, free: ofFree, facts });
    }
  }
  const open = physical !== 0 || free !== 0;
  if (!open) return { scend, prima, physical, free, terms, open };
  const tolerance = unitsOf(context.policy, CODE, 'toleranceUnits');
  const beyond = Math.abs(physical) > tolerance || Math.abs(free) > tolerance;
  return { scend, prima, physical, free, terms, open: beyond };
}

/** Never more than the difference that it explains, and never of the other sign. */
function explainable(term: number, difference: number): number {
  if (term > 0 && difference > 0) return Math.min(term, difference);
  if (term < 0 && difference < 0) return Math.max(term, difference);
  return 0;
}

/** As people read it: of a term that moves both, what is physical. */
export function explainedBy({ terms }: Gap): Explained[] {
  return terms.map(({ reason, physical, free, facts }) => ({
    reason,
    value: formatQuantity(physical === 0 ? free : physical),
    facts: inOrder(facts),
  }));
}

/** Each once, by position. */
export function inOrder(facts: readonly number[]): number[] {
  return [...new Set(facts)].sort((a, b) => a - b);
}

/** Of every kit that the warehouse takes apart and this SKU is in, however deep. */
export function kitRows({ sku, warehouse }: StockState, context: DetectContext): KitRows[] {
  const rows: KitRows[] = [];
  const climb = (part: string, each: Omit<KitRows, 'orders'>, within: readonly string[]) => {
    if (within.length > MAX_DEPTH) return;
    for (const kit of context.product(part)?.partOf ?? []) {
      if (kit.explodeAt !== 'warehouse' || within.includes(kit.parent)) continue;
      const quantity = mulDiv(each.quantity, kit.quantity, MICRO);
      const from = Math.max(each.from, kit.from ?? -Infinity);
      const to = Math.min(each.to, kit.to ?? Infinity);
      if (from >= to) continue;
      rows.push({
        orders: kitShares(context.look('stock', `${kit.parent}@${warehouse}`)),
        quantity,
        from,
        to,
      });
      climb(kit.parent, { quantity, from, to }, [...within, kit.parent]);
    }
  };
  climb(sku, { quantity: MICRO, from: -Infinity, to: Infinity }, [sku]);
  return rows;
}

/**
 * The earliest fact since which the sides have differed without interruption. Movements that both sides have posted never
 * change the unexplained part, so only the other instants are tried, backwards from the newest.
 */
function since(state: StockState, context: DetectContext, { scend, prima }: Gap): Start {
  const { at, fact } = prima.anchor.at >= scend.anchor.at ? prima.anchor : scend.anchor;
  return heldSince(
    state,
    context.now,
    { at, fact },
    (instant) => gapAt(state, context, instant)?.open ?? null,
  );
}

function kitShares(kit: StockState | null): KitRows['orders'] {
  return kit === null ? [] : everyShare(kit);
}

function causeOf(state: StockState, units: number): { code: string; detail: string } {
  const adjustment = state.adjusted.find((held) => held.value.delta === units);
  if (adjustment && !state.journals.some((held) => held.value.quantity === units)) {
    return {
      code: 'adjustment-not-booked',
      detail: `Scend adjusted by ${formatQuantity(units)} and Prima has no journal of it`,
    };
  }
  const journal = state.journals.find((held) => held.value.quantity === -units);
  if (journal && !state.adjusted.some((held) => held.value.delta === -units)) {
    return {
      code: 'journal-without-adjustment',
      detail: `Prima's journal ${journal.value.journalNo} has no movement in Scend`,
    };
  }
  return { code: 'unexplained', detail: 'no fact accounts for the difference' };
}

export function stockValue(state: StockState, units: number): Money | null {
  const cost = latest(state.balances.filter((held) => held.value.unitCost !== null))?.value.unitCost;
  return cost ? { minor: Math.abs(mulDiv(cost.amount, units, MICRO)), currency: cost.currency } : null;
}

function positionText(position: Position): { physical: string; free: string } {
  return { physical: formatQuantity(position.physical), free: formatQuantity(position.free) };
}
