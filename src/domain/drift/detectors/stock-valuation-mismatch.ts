import { type Held, latest, sourceOf, upTo } from '../../cases/held';
import { toBase } from '../../cases/quantities';
import type { StockState } from '../../cases/stock';
import type { Body } from '../../facts/canonical';
import {
  MICRO,
  currencyDigits,
  exact,
  formatDecimal,
  formatQuantity,
  mulDiv,
  parseDecimal,
} from '../../exact';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import { detector } from '../detector';
import { type Finding, NO_FINDINGS } from '../finding';
import { alive, balance, hours, item, level, synchronised } from '../examples';
import { STOCK_FEEDS, type Gap, explainedBy, gapAt, gapNow } from './stock-mismatch';
import { heldSince } from './stock-since';

const CODE = 'stock-valuation-mismatch';
const GRACE_SECONDS = 24 * 3600;
/** Percent; what is larger is tolerated, this or one major unit of the currency. */
const PERCENT = '0.5';
const eur = (amount: number) => ({ bookValue: { amount, currency: 'EUR' } });
const current = [alive('scend', hours(24)), alive('prima', hours(24))];
const basics = [item(hours(-9)), synchronised(hours(-9)), level(hours(0), 10)];

type Balance = Held<Body<'stock-balance'>>;

export const stockValuationMismatch = detector({
  code: CODE,
  on: 'stock',
  meaning:
    "The book value in Prima differs from Scend's physical stock times unit cost by more than 0.5 % or 1.00, the larger, after explained quantities.",
  severity: 'medium',
  graceSeconds: GRACE_SECONDS,
  reads: { toleranceMinor: 'one major unit of the currency', tolerancePercent: PERCENT },
  windowed: true,
  causes: ['quantity', 'cost'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (!anyValued(state.balances)) return NO_FINDINGS;
    const gap = gapNow(state, context);
    const off = gap && valueOff(state, context, gap, context.now);
    if (!gap || !off?.beyond) return NO_FINDINGS;
    const start = heldSince(state, context.now, { at: off.anchor.at, fact: off.anchor.fact }, (instant) => {
      const then = gapAt(state, context, instant);
      return then && (valueOff(state, context, then, instant)?.beyond ?? null);
    });
    const dueAt = start.at + graceMs(context.policy, CODE, GRACE_SECONDS);
    if (!context.told(dueAt, STOCK_FEEDS)) return NO_FINDINGS;
    const { currency } = off;
    const money = (minor: number) => `${formatDecimal(minor, currencyDigits(currency))} ${currency}`;
    const difference = off.book - off.shelf;
    return [
      {
        subject: { kind: 'stock', id: `${state.sku}@${state.warehouse}` },
        discriminator: '',
        since: start.at,
        certain: start.certain,
        dueAt,
        sides: [
          { system: sourceOf(off.anchor), value: { bookValue: money(off.book) }, fact: off.anchor.fact },
          {
            system: sourceOf(gap.scend.anchor),
            value: { physical: formatQuantity(gap.scend.physical), atCost: money(off.shelf) },
            fact: gap.scend.anchor.fact,
          },
        ],
        difference: money(difference),
        explained: explainedBy(gap),
        amountAtRisk: { minor: Math.abs(difference), currency },
        unitsAtRisk: null,
        cause:
          gap.physical !== 0
            ? {
                code: 'quantity',
                about: state.sku,
                detail: `${formatQuantity(gap.physical)} of the quantity are unexplained`,
              }
            : {
                code: 'cost',
                about: state.sku,
                detail: `booked at ${money(off.book)}, worth ${money(off.shelf)} at unit cost`,
              },
        divergence: { fact: start.fact, at: start.at },
        fixes: [
          {
            kind: 'correct',
            system: 'prima',
            text:
              gap.physical !== 0
                ? `Settle the quantity of ${state.sku} in ${state.warehouse} first: its value follows.`
                : `Revalue ${state.sku} in ${state.warehouse} by ${money(-difference)}, or correct its unit cost.`,
          },
        ],
      },
    ];
  },
  examples: {
    opens: {
      facts: [...basics, balance(hours(0), 10, 0, eur(4301)), ...current],
      at: hours(24),
      subject: 'stock:BAG-1@UK1',
      cause: 'cost',
    },
    // Exactly one unit of the currency off.
    staysClosed: { facts: [...basics, balance(hours(0), 10, 0, eur(4300)), ...current], at: hours(24) },
    resolves: { by: [balance(hours(25), 10, 0, eur(4200)), level(hours(25), 10)] },
  },
});

function anyValued(balances: readonly Balance[]): boolean {
  for (const { value } of balances) if (value.bookValue !== null) return true;
  return false;
}

interface ValueOff {
  anchor: Balance;
  currency: string;
  /** Prima's value, rolled to the instant; minor units. */
  book: number;
  /** What Scend has, after explained quantities, at Prima's unit cost. */
  shelf: number;
  beyond: boolean;
}

/** Null where Prima names no value, or names it in another currency than the cost. */
function valueOff(state: StockState, context: DetectContext, gap: Gap, until: number): ValueOff | null {
  const anchor = latest(upTo(state.balances, until));
  const { unitCost = null, bookValue = null, uom = '', physical = 0 } = anchor?.value ?? {};
  if (!anchor || unitCost === null || bookValue?.currency !== unitCost.currency) return null;
  const unit = toBase({ sku: state.sku, quantity: MICRO, uom }, context.product);
  if (unit === null || unit === 0) return null;
  // What later documents moved at unit cost changes both sides alike; only a journal may name another value.
  let revalued = 0;
  for (const { at, value } of state.journals) {
    if (at <= anchor.at || at > until || value.value?.currency !== unitCost.currency) continue;
    revalued += value.value.amount - mulDiv(unitCost.amount, value.quantity, unit);
  }
  const moved = gap.prima.physical - mulDiv(physical, unit, MICRO);
  const book = exact(bookValue.amount + revalued + mulDiv(unitCost.amount, moved, unit));
  const shelf = mulDiv(unitCost.amount, gap.prima.physical + gap.physical, unit);
  return {
    anchor,
    currency: unitCost.currency,
    book,
    shelf,
    beyond: book !== shelf && Math.abs(exact(book - shelf)) > tolerated(context, book, unitCost.currency),
  };
}

/** Whole minor units: what is more than these is more than the share itself. */
function tolerated({ policy }: DetectContext, book: number, currency: string): number {
  const { tolerancePercent = PERCENT, toleranceMinor } = policy.detectors[CODE] ?? {};
  const share =
    (BigInt(Math.abs(book)) * BigInt(parseDecimal(tolerancePercent, 6) ?? 0)) / BigInt(100 * MICRO);
  return Math.max(toleranceMinor ?? 10 ** currencyDigits(currency), Number(share));
}
