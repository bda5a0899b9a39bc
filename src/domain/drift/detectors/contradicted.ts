/** What a case keeps of documents that were said in one revision with other content, and of counts of one instant that do not agree. */
import { type Held, MOST_RIVALS, type Slot, latest } from '../../cases/held';
import type { CaseKind, CaseStates } from '../../cases/kinds';
import type { OrderState } from '../../cases/order';
import type { StockState } from '../../cases/stock';

/** Who won, and who lost to it: the strongest of them. */
export interface Contradiction {
  winner: Held<unknown>;
  losers: readonly { fact: number; at: number; value: unknown }[];
  /** More lost than are kept. */
  isMore: boolean;
  /** What of the message is contradicted: its document, or the case's part of it. */
  discriminator: string;
  cause: 'same-revision' | 'same-instant';
}

type Contradictable = Exclude<CaseKind, 'feed' | 'message'>;

const NONE: readonly never[] = [];

export const contradictionsOf: {
  [K in Contradictable]: (state: CaseStates[K]) => readonly Contradiction[];
} = {
  order: (state) => (isContradicted(state) ? inSlots(state, ORDER) : NONE),
  stock: (state) => {
    const twice = countedTwice(state);
    if (!isStockContradicted(state)) return twice;
    return [...inSlots(state, STOCK, `${state.sku}@${state.warehouse}`), ...twice];
  },
  product: (state) => inSlots(state, ['items', 'boms', 'synchronised', 'prices', 'transmissions']),
  customer: (state) => inSlots(state, ['customers', 'transmissions']),
  'channel-order': (state) => inSlots(state, ['transmissions', 'reservations']),
  invoice: ({ held }) => (held?.rivals === undefined ? NONE : [contradiction(held, held.key)]),
  // What names its order is told of there.
  return: (state) =>
    inSlots(state, ['returned', 'refundRequests', 'creditNotes']).filter(
      ({ winner }) => (winner.value as { orderNo: string | null }).orderNo === null,
    ),
  'tax-codes': (state) => inSlots(state, ['taxCodes']),
};

/** Of what the case keeps under these names. Nothing is made where nothing is contradicted. */
function inSlots<S>(
  state: S,
  names: readonly (keyof S)[],
  part: string | null = null,
): readonly Contradiction[] {
  let found: Contradiction[] | null = null;
  for (const name of names) {
    for (const held of state[name] as Slot<unknown>)
      if (held.rivals !== undefined) (found ??= []).push(contradiction(held, part ?? held.key));
  }
  return found ?? NONE;
}

function contradiction(winner: Held<unknown>, discriminator: string): Contradiction {
  const { rivals: losers = NONE, unkept } = winner;
  return { winner, losers, isMore: unkept !== undefined, discriminator, cause: 'same-revision' };
}

const ORDER = [
  'salesOrders',
  'received',
  'rejected',
  'allocated',
  'warehouseCancelled',
  'manifested',
  'dispatched',
  'returned',
  'fulfilments',
  'invoices',
  'creditNotes',
  'refundRequests',
  'transmissions',
] as const;

/** Of each slot by its own name: asked at every fact, and to look fields up by computed names takes V8 much longer. */
function isContradicted(state: OrderState): boolean {
  return (
    hasRivals(state.salesOrders) ||
    hasRivals(state.received) ||
    hasRivals(state.rejected) ||
    hasRivals(state.allocated) ||
    hasRivals(state.warehouseCancelled) ||
    hasRivals(state.manifested) ||
    hasRivals(state.dispatched) ||
    hasRivals(state.returned) ||
    hasRivals(state.fulfilments) ||
    hasRivals(state.invoices) ||
    hasRivals(state.creditNotes) ||
    hasRivals(state.refundRequests) ||
    hasRivals(state.transmissions)
  );
}

const STOCK = ['counts', 'adjusted', 'movements', 'balances', 'journals'] as const;

function isStockContradicted({ counts, adjusted, movements, balances, journals }: StockState): boolean {
  return (
    hasRivals(counts) ||
    hasRivals(adjusted) ||
    hasRivals(movements) ||
    hasRivals(balances) ||
    hasRivals(journals)
  );
}

function hasRivals(slot: Slot<unknown>): boolean {
  for (let i = 0; i < slot.length; i++) if (slot[i]?.rivals !== undefined) return true;
  return false;
}

type Count = StockState['counts'][number];

/** Counts of one instant that do not agree with the one that stands, while no later count has settled it. */
function countedTwice({ sku, warehouse, counts }: StockState): readonly Contradiction[] {
  if (counts.length < 2) return NONE;
  const winner = latest(counts);
  if (winner === null) return NONE;
  let said: string | null = null;
  let losers: Count[] | null = null;
  for (const count of counts) {
    if (count === winner || count.at !== winner.at) continue;
    said ??= countText(winner);
    if (countText(count) !== said) (losers ??= []).push(count);
  }
  if (losers === null) return NONE;
  losers.sort((a, b) => (a.key < b.key ? 1 : -1));
  const isMore = losers.length > MOST_RIVALS;
  const discriminator = `${sku}@${warehouse}`;
  return [{ winner, losers: losers.slice(0, MOST_RIVALS), isMore, discriminator, cause: 'same-instant' }];
}

function countText({ value }: Count): string {
  const counted = value.statuses
    .filter(({ quantity }) => quantity !== 0)
    .map((each) => [each.status, each.quantity]);
  return JSON.stringify([counted.sort(), value.unlocated]);
}
