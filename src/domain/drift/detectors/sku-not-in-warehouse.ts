import { sourceOf } from '../../cases/held';
import { isKit } from '../../cases/kits';
import type { ItemVersion, ProductState } from '../../cases/product';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import { alive, hours, item, synchronised } from '../examples';
import { NO_FINDINGS } from '../finding';

const CODE = 'sku-not-in-warehouse';
const GRACE_SECONDS = 3600;

export const skuNotInWarehouse = detector({
  code: CODE,
  on: 'product',
  meaning: 'An active, stocked item in Prima was never synchronised to Scend.',
  severity: 'medium',
  graceSeconds: GRACE_SECONDS,
  causes: ['not-synchronised'],
  supersedes: [],
  detect(state, context) {
    const held = state.items[0];
    const start = activeSince(state);
    if (!held || start === null || state.synchronised.length > 0) return NO_FINDINGS;
    // A kit that is exploded before or in the warehouse is never kept there under its own number.
    if (isKit(state)) return NO_FINDINGS;
    const dueAt = start.at + graceMs(context.policy, CODE, GRACE_SECONDS);
    if (!context.missing(start.at, dueAt, { kind: 'scend', stream: 'item' })) return NO_FINDINGS;
    return [
      {
        subject: { kind: 'product', id: state.sku },
        discriminator: '',
        since: start.at,
        dueAt,
        sides: [
          {
            system: sourceOf(held),
            value: { status: held.value.status, stockManaged: true },
            fact: held.fact,
          },
          { system: 'scend', value: null, fact: null },
        ],
        difference: 'never synchronised',
        explained: [],
        amountAtRisk: null,
        unitsAtRisk: null,
        cause: { code: 'not-synchronised', detail: `Scend has never reported item ${state.sku}` },
        divergence: { fact: start.fact, at: start.at },
        fixes: [{ kind: 'resend', system: 'scend', text: `Synchronise item ${state.sku} to Scend.` }],
      },
    ];
  },
  examples: {
    opens: {
      facts: [synchronised(hours(-9), 'OTHER'), item(hours(0)), alive('scend', hours(2))],
      at: hours(2),
      subject: 'product:BAG-1',
      cause: 'not-synchronised',
    },
    staysClosed: {
      facts: [
        synchronised(hours(-9), 'OTHER'),
        item(hours(0), { stockManaged: false }),
        alive('scend', hours(2)),
      ],
      at: hours(2),
    },
    resolves: { by: [synchronised(hours(3))] },
  },
});

/** The first version of the last uninterrupted run of versions in which the item is active and stocked. */
function activeSince(state: ProductState): ItemVersion | null {
  let start: ItemVersion | null = null;
  for (const version of state.versions) {
    if (!version.active) start = null;
    else start ??= version;
  }
  return start;
}
