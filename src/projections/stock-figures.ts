/** Both sides of one SKU in one warehouse as the detector compares them. */
import type { CaseStates } from '../domain/cases/kinds';
import { type Position, primaPosition, scendPosition } from '../domain/cases/stock-position';
import type { StockState } from '../domain/cases/stock';
import { DetectContext, type FeedClock, type Lookable } from '../domain/drift/context';
import { gapAt } from '../domain/drift/detectors/stock-mismatch';
import { type Waterfall, waterfallOf } from '../domain/drift/stock-waterfall';
import type { Policy } from '../domain/policy';

export interface StockFigures {
  scend: Position | null;
  prima: Position | null;
  /** Null with one side only. */
  gap: ReturnType<typeof gapAt>;
}

/** A position is arithmetic: it waits for no feed. */
const noFeeds: FeedClock = {
  watermark: () => null,
  watermarkOf: () => null,
  startsAt: () => null,
  silenceMeansNothing: () => false,
};

type Looked = ReadonlyMap<string, CaseStates[keyof CaseStates]>;

/** At `now`, epoch ms; `looked` are the cases that its evaluation looks at. */
export function stockFigures(state: StockState, now: number, policy: Policy, looked: Looked): StockFigures {
  const context = contextOf(state, now, policy, looked);
  const gap = gapAt(state, context, now);
  const scend = gap?.scend ?? scendPosition(state, now);
  const prima = gap?.prima ?? primaPosition(state, now, [], context.product);
  return { scend, prima, gap };
}

/** Null with one side only. */
export function stockWaterfall(
  state: StockState,
  now: number,
  policy: Policy,
  looked: Looked,
): Waterfall | null {
  return waterfallOf(state, contextOf(state, now, policy, looked));
}

function contextOf(state: StockState, now: number, policy: Policy, looked: Looked): DetectContext {
  const lookup = (key: string) => (looked.get(key) ?? null) as CaseStates[Lookable] | null;
  const context = new DetectContext(now, policy, noFeeds, lookup);
  context.begin('stock', state);
  return context;
}
