import { latest } from '../../domain/cases/held';
import type { CaseStates } from '../../domain/cases/kinds';
import { type Position, primaPosition, scendPosition } from '../../domain/cases/stock-position';
import type { StockState } from '../../domain/cases/stock';
import { DetectContext, type FeedClock, type Lookable } from '../../domain/drift/context';
import { gapAt } from '../../domain/drift/detectors/stock-mismatch';
import { formatQuantity } from '../../domain/exact';
import { formatInstant } from '../../domain/facts/instant';
import type { Policy } from '../../domain/policy';
import { showHeld } from '../cases/show';
import type { StockPositionView } from './stock-schema';

/** A position is arithmetic: it waits for no feed. */
const noFeeds: FeedClock = {
  watermark: () => null,
  watermarkOf: () => null,
  startsAt: () => null,
  silenceMeansNothing: () => false,
};

/** Both sides of one SKU in one warehouse as the detector compares them, at `now` (epoch ms). */
export function positionView(
  state: StockState,
  now: number,
  policy: Policy,
  looked: ReadonlyMap<string, CaseStates[keyof CaseStates]>,
): Omit<StockPositionView, 'waits' | 'drifts'> {
  const lookup = (key: string) => (looked.get(key) ?? null) as CaseStates[Lookable] | null;
  const context = new DetectContext(now, policy, noFeeds, lookup);
  const gap = gapAt(state, context, now);
  const scend = gap?.scend ?? scendPosition(state, now);
  const prima = gap?.prima ?? primaPosition(state, now, [], context.product);
  const count = latest(state.counts);
  const balance = latest(state.balances);
  return {
    sku: state.sku,
    warehouse: state.warehouse,
    at: formatInstant(now),
    scend: { position: figures(scend), lastCount: count && showHeld(count) },
    prima: { position: figures(prima), lastBalance: balance && showHeld(balance) },
    difference: gap && pair(gap.scend.physical - gap.prima.physical, gap.scend.free - gap.prima.free),
    inFlight: gap?.explained ?? [],
    unexplained: gap && pair(gap.physical, gap.free),
  };
}

function figures(position: Position | null): StockPositionView['scend']['position'] {
  if (!position) return null;
  const { anchor } = position;
  return {
    ...pair(position.physical, position.free),
    from: anchor.fact,
    fromAt: formatInstant(anchor.at),
  };
}

function pair(physical: number, free: number): { physical: string; free: string } {
  return { physical: formatQuantity(physical), free: formatQuantity(free) };
}
