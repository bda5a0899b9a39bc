import { type Held, latest, sourceOf, upTo } from '../../cases/held';
import type { StockState } from '../../cases/stock';
import { formatQuantity } from '../../exact';
import { stockStatuses } from '../../mapping/words';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import { hours, item, level, synchronised } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { stockValue } from './stock-mismatch';

const CODE = 'stock-status-unmapped';
const basics = [item(hours(-9)), synchronised(hours(-9))];

/** A status that is not ours, said of a quantity. */
interface Said {
  status: string;
  quantity: number;
  by: Held<unknown>;
}

export const stockStatusUnmapped = detector({
  code: CODE,
  on: 'stock',
  meaning: 'Scend reports a status of stock that the status map does not have.',
  severity: 'high',
  graceSeconds: 0,
  windowed: true,
  causes: ['unmapped-status'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    const all = unmapped(state);
    if (all === null) return NO_FINDINGS;
    const anchor = latest(upTo(state.counts, context.now));
    // A count says all there is: what was said before it holds no longer.
    const standing = all.filter(
      ({ by }) => by.fact === anchor?.fact || (by.at <= context.now && by.at > (anchor?.at ?? -Infinity)),
    );
    const findings: Finding[] = [];
    for (const status of [...new Set(standing.map((said) => said.status))].sort()) {
      const own = standing.filter((said) => said.status === status);
      const { first, certain } = firstOf(state, status, own, context.now);
      const dueAt = first.at + graceMs(context.policy, CODE, 0);
      if (!context.due(dueAt)) continue;
      const quantity = own.reduce((sum, said) => sum + said.quantity, 0);
      const last = own.reduce((a, b) => (b.by.at > a.by.at ? b : a)).by;
      findings.push({
        subject: { kind: 'stock', id: `${state.sku}@${state.warehouse}` },
        discriminator: status,
        since: first.at,
        certain,
        dueAt,
        sides: [
          { system: sourceOf(last), value: { status, quantity: formatQuantity(quantity) }, fact: last.fact },
          { system: 'tallystick', value: { known: [...stockStatuses] }, fact: null },
        ],
        difference: status,
        explained: [],
        amountAtRisk: stockValue(state, quantity),
        unitsAtRisk: formatQuantity(Math.abs(quantity)),
        cause: {
          code: 'unmapped-status',
          about: status,
          detail: `no entry of stock-status is for ${status}`,
        },
        divergence: divergedAt(first),
        fixes: [
          {
            kind: 'correct',
            system: 'tallystick',
            text: `Map the status ${status} in the table stock-status, then replay; until then it counts as there and not free.`,
          },
        ],
      });
    }
    return findings;
  },
  examples: {
    opens: {
      facts: [...basics, level(hours(0), 9, { more: { on_a_shelf: 2 } })],
      at: hours(0),
      subject: 'stock:BAG-1@UK1',
      cause: 'unmapped-status',
    },
    staysClosed: { facts: [...basics, level(hours(0), 9, { more: { qc_hold: 2 } })], at: hours(0) },
    resolves: { by: [level(hours(1), 11)] },
  },
});

/** Counts that were looked through and have known statuses only: a slot never changes, and every move of the SKU asks. */
const known = new WeakSet<StockState['counts']>();

function allKnown(counts: StockState['counts']): boolean {
  if (known.has(counts)) return true;
  const all = counts.every((held) => held.value.statuses.every(({ status }) => stockStatuses.has(status)));
  if (all) known.add(counts);
  return all;
}

/** Every unmapped status that the case remembers; null, and nothing made, where there is none. */
function unmapped({ counts, adjusted, open }: StockState): Said[] | null {
  let found: Said[] | null = null;
  const add = (status: string, quantity: number, by: Held<unknown>) => {
    (found ??= []).push({ status, quantity, by });
  };
  if (!allKnown(counts)) {
    for (const held of counts) {
      for (const { status, quantity } of held.value.statuses)
        if (!stockStatuses.has(status)) add(status, quantity, held);
    }
  }
  for (const held of adjusted)
    if (!stockStatuses.has(held.value.status)) add(held.value.status, held.value.delta, held);
  for (const share of open) {
    for (const move of share.returned) {
      if (move.toStatus === null || stockStatuses.has(move.toStatus)) continue;
      const { key, fact, at } = move;
      add(move.toStatus, move.quantity, { key, fact, at, rev: 0, hash: '', value: null });
    }
  }
  return found;
}

/**
 * Back over the counts that had this status without interruption; where none had, the first that said it after the last count.
 * `certain` where a count before it did not have it, whatever was told before that count was known.
 */
function firstOf(
  state: StockState,
  status: string,
  own: readonly Said[],
  now: number,
): { first: Held<unknown>; certain: boolean } {
  let first = own.reduce((a, b) => (b.by.at < a.by.at ? b : a)).by;
  for (const held of [...state.counts].sort((a, b) => b.at - a.at)) {
    if (held.at > now || held.at > first.at) continue;
    if (!held.value.statuses.some((counted) => counted.status === status)) return { first, certain: true };
    first = held;
  }
  return { first, certain: false };
}
