import type { StockState } from '../../domain/cases/stock';
import type { Quantities, Stated, Waterfall } from '../../domain/drift/stock-waterfall';
import { formatQuantity } from '../../domain/exact';
import { formatInstant } from '../../domain/facts/instant';
import type { StockWaterfallView } from './waterfall-schema';

export function waterfallView(
  state: StockState,
  now: number,
  waterfall: Waterfall | null,
): StockWaterfallView {
  const { sku, warehouse } = state;
  const head = { sku, warehouse, at: formatInstant(now) };
  if (waterfall === null) {
    const none = { book: null, counted: null, difference: null, unexplained: null };
    return { ...head, missing: missing(state, now), ...none, steps: [] };
  }
  const { book, counted, steps, unexplained } = waterfall;
  return {
    ...head,
    missing: null,
    book: stated(book),
    counted: stated(counted),
    difference: shown({ physical: book.physical - counted.physical, free: book.free - counted.free }),
    steps: steps.map(({ reason, facts, ...step }) => ({ reason, ...shown(step), facts })),
    unexplained: shown(unexplained),
  };
}

function missing({ counts, balances }: StockState, now: number): StockWaterfallView['missing'] {
  const said = (slot: readonly { at: number }[]) => slot.some(({ at }) => at <= now);
  if (said(counts)) return said(balances) ? 'unit' : 'book';
  return said(balances) ? 'counted' : 'both';
}

function stated({ uom, fact, at, ...quantities }: Stated): NonNullable<StockWaterfallView['book']> {
  return { ...shown(quantities), uom, fact, at: formatInstant(at) };
}

function shown({ physical, free }: Quantities): { physical: string; free: string } {
  return { physical: formatQuantity(physical), free: formatQuantity(free) };
}
