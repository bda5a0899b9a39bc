import { earlier, sourceOf } from '../../cases/held';
import { type OrderState, type OrderVersion, orderSubject, salesOrderOf } from '../../cases/order';
import { isStocked } from '../../cases/quantities';
import { graceMs } from '../../policy';
import { formatInstant } from '../../facts/instant';
import type { DetectContext, FeedName } from '../context';
import { detector } from '../detector';
import { alive, customer, hours, item, receivedByWarehouse, salesOrder, synchronised } from '../examples';
import { type Cause, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled, warehouseSilent } from './shared';

const RELEASED = new Set(['pending_fulfilment', 'partially_fulfilled', 'pending_billing', 'billed']);
const GRACE_SECONDS = 2 * 3600;
const SCEND: FeedName = { kind: 'scend', stream: 'order' };

export const orderNotInWarehouse = detector({
  code: 'order-not-in-warehouse',
  on: 'order',
  meaning:
    'Prima released the order with at least one stocked line, and Scend neither received nor rejected it.',
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  causes: ['sku-not-in-warehouse', 'transmission-failed', 'not-sent'],
  supersedes: ['transmission-failed', 'discount-unrecognised'],
  detect(state, context) {
    if (!warehouseSilent(state) || isCancelled(state)) return NO_FINDINGS;
    const order = salesOrderOf(state);
    const release = releaseOf(state);
    if (order === null || release === null) return NO_FINDINGS;
    const look = context.product;
    const stocked = order.value.lines.filter((line) => isStocked(line.sku, line.nonStock, look));
    if (stocked.length === 0) return NO_FINDINGS;
    const dueAt = release.at + graceMs(context.policy, 'order-not-in-warehouse', GRACE_SECONDS);
    if (!context.missing(release.at, dueAt, SCEND)) return NO_FINDINGS;
    return [
      {
        subject: { kind: 'order', id: orderSubject(state) },
        discriminator: '',
        since: release.at,
        dueAt,
        sides: [
          {
            system: sourceOf(order),
            value: { status: order.value.status, releasedAt: formatInstant(release.at) },
            fact: order.fact,
          },
          { system: 'scend', value: null, fact: null },
        ],
        difference: 'not received',
        explained: [],
        amountAtRisk: order.value.totals
          ? { minor: order.value.totals.gross, currency: order.value.currency }
          : null,
        unitsAtRisk: null,
        cause: causeOf(
          state,
          stocked.map((line) => line.sku),
          context,
        ),
        divergence: divergedAt(order),
        fixes: [{ kind: 'resend', system: 'scend', text: `Send order ${state.orderNo} to Scend again.` }],
      },
    ];
  },
  examples: {
    opens: {
      facts: [
        customer(hours(-9)),
        item(hours(-9)),
        synchronised(hours(-9)),
        salesOrder(hours(0)),
        alive('scend', hours(3)),
      ],
      at: hours(3),
      subject: 'order:SC-1',
      cause: 'not-sent',
    },
    staysClosed: {
      // The same silence, but Scend's feed has not reached the due time: expected, not missing.
      facts: [
        customer(hours(-9)),
        item(hours(-9)),
        synchronised(hours(-9)),
        salesOrder(hours(0)),
        alive('scend', hours(1)),
      ],
      at: hours(3),
    },
    resolves: { by: [receivedByWarehouse(hours(3))] },
  },
});

/** The first version of the last uninterrupted run of released versions, in order of revision. */
function releaseOf(state: OrderState): OrderVersion | null {
  let start: OrderVersion | null = null;
  for (const version of state.versions) {
    if (!RELEASED.has(version.status)) start = null;
    else start ??= version;
  }
  return start;
}

function causeOf(state: OrderState, skus: string[], context: DetectContext): Cause {
  const unknown = skus.filter((sku) => (context.product(sku)?.synchronised.length ?? 0) === 0);
  if (unknown.length > 0) {
    return {
      code: 'sku-not-in-warehouse',
      about: unknown[0],
      detail: `never synchronised to Scend: ${[...new Set(unknown)].join(', ')}`,
    };
  }
  const last = [...state.transmissions].sort(earlier).at(-1);
  if (last?.value.outcome === 'failed') {
    return {
      code: 'transmission-failed',
      detail: last.value.errorMessage ?? last.value.errorCode ?? 'the middleware gave no reason',
    };
  }
  return { code: 'not-sent', detail: 'no transmission of the order to Scend is known' };
}
