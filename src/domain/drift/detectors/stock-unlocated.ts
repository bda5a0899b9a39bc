import { type Held, latest, sourceOf, upTo } from '../../cases/held';
import type { Body } from '../../facts/canonical';
import { formatQuantity } from '../../exact';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import { alive, hours, item, level, synchronised } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { stockValue } from './stock-mismatch';

const CODE = 'stock-unlocated';
const GRACE_SECONDS = 30 * 60;
const FEEDS = [{ kind: 'scend', stream: 'stock' }];
const basics = [item(hours(-9)), synchronised(hours(-9))];

type Count = Held<Body<'stock-level'>>;

export const stockUnlocated = detector({
  code: CODE,
  on: 'stock',
  meaning: 'Scend counts quantity that has no location: it looks right and cannot be picked.',
  severity: 'medium',
  graceSeconds: GRACE_SECONDS,
  windowed: true,
  causes: ['no-location'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    const counts = upTo(state.counts, context.now);
    const last = latest(counts);
    if (last === null || last.value.unlocated <= 0) return NO_FINDINGS;
    const { first, certain } = runStart(counts, last);
    const dueAt = first.at + graceMs(context.policy, CODE, GRACE_SECONDS);
    if (!context.told(dueAt, FEEDS)) return NO_FINDINGS;
    const { unlocated, statuses } = last.value;
    const available = statuses.find(({ status }) => status === 'available')?.quantity ?? 0;
    const system = sourceOf(last);
    return [
      {
        subject: { kind: 'stock', id: `${state.sku}@${state.warehouse}` },
        discriminator: '',
        since: first.at,
        certain,
        dueAt,
        sides: [
          { system, value: { available: formatQuantity(available) }, fact: last.fact },
          { system, value: { located: formatQuantity(available - unlocated) }, fact: last.fact },
        ],
        difference: formatQuantity(unlocated),
        explained: [],
        amountAtRisk: stockValue(state, unlocated),
        unitsAtRisk: formatQuantity(unlocated),
        cause: {
          code: 'no-location',
          about: state.sku,
          detail: `${formatQuantity(unlocated)} of ${formatQuantity(available)} available have no location`,
        },
        divergence: divergedAt(first),
        fixes: [
          {
            kind: 'correct',
            system: 'scend',
            text: `Give ${formatQuantity(unlocated)} of ${state.sku} in ${state.warehouse} a location, or count them again.`,
          },
        ],
      },
    ];
  },
  examples: {
    opens: {
      facts: [...basics, level(hours(-1), 9, { unlocated: 2 }), alive('scend', hours(0))],
      at: hours(0),
      subject: 'stock:BAG-1@UK1',
      cause: 'no-location',
    },
    // Found with a location by the next count, within the grace.
    staysClosed: {
      facts: [
        ...basics,
        level(hours(-1), 9, { unlocated: 2 }),
        level(hours(-0.75), 9),
        alive('scend', hours(0)),
      ],
      at: hours(0),
    },
    resolves: { by: [level(hours(0), 9)] },
  },
});

/** The first of the counts that have found some unlocated without interruption. */
function runStart(counts: readonly Count[], last: Count): { first: Count; certain: boolean } {
  let first = last;
  for (const held of [...counts].sort((a, b) => b.at - a.at)) {
    if (held.at >= last.at) continue;
    if (held.value.unlocated <= 0) return { first, certain: true };
    first = held;
  }
  return { first, certain: false };
}
