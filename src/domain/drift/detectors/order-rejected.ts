import { latest, sourceOf } from '../../cases/held';
import { orderSubject, salesOrderOf } from '../../cases/order';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import {
  customer,
  hours,
  item,
  receivedByWarehouse,
  rejectedByWarehouse,
  salesOrder,
  synchronised,
} from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled } from './shared';
import { own } from '../../own';

const CODE = 'order-rejected';

const CAUSES: Record<string, string> = {
  UNKNOWN_SKU: 'unknown-sku',
  INVALID_SKU_FORMAT: 'invalid-sku-format',
  NON_STOCK_LINE: 'non-stock-line-sent',
  BUNDLE_NOT_EXPLODED: 'bundle-not-exploded',
};

const REMEDIES: Record<string, string> = {
  'unknown-sku': 'Synchronise the item to Scend (or correct the SKU alias), then send the order again.',
  'invalid-sku-format': 'Correct the item code or its alias, then send the order again.',
  'non-stock-line-sent': 'Mark the line as non-stock in the mapping, then send the order again.',
  'bundle-not-exploded':
    'Explode the bundle before it is sent (bill of materials), then send the order again.',
  other: 'Ask the warehouse for the reason, then send the order again.',
};

const basics = [customer(hours(-9)), item(hours(-9)), synchronised(hours(-9)), salesOrder(hours(0))];

export const orderRejected = detector({
  code: CODE,
  on: 'order',
  meaning: 'Scend rejected the order and has not received it since.',
  severity: 'high',
  graceSeconds: 0,
  parts: ['warehouse'],
  causes: ['unknown-sku', 'invalid-sku-format', 'non-stock-line-sent', 'bundle-not-exploded', 'other'],
  supersedes: ['order-not-in-warehouse', 'transmission-failed', 'discount-unrecognised'],
  detect(state, context): readonly Finding[] {
    if (state.rejected.length === 0 || isCancelled(state)) return NO_FINDINGS;
    const duplicateIsRefusal = state.received.length === 0;
    const refusals = state.rejected.filter(
      (held) => held.value.reasonCode !== 'DUPLICATE' || duplicateIsRefusal,
    );
    const rejection = latest(refusals);
    const receipt = latest(state.received);
    // Anything that shows the warehouse working on the order means that it has it.
    const working = state.allocated.length + state.manifested.length + state.dispatched.length > 0;
    if (rejection === null || working || (receipt !== null && receipt.at >= rejection.at)) return NO_FINDINGS;
    const matter = { warehouse: rejection.value.warehouse };
    const dueAt = rejection.at + graceMs(context.policyOf(matter), CODE, 0);
    if (!context.due(dueAt)) return NO_FINDINGS;
    const order = salesOrderOf(state);
    const code = own(CAUSES, rejection.value.reasonCode) ?? 'other';
    return [
      {
        subject: { kind: 'order', id: orderSubject(state) },
        discriminator: '',
        matter,
        since: rejection.at,
        dueAt,
        sides: [
          {
            system: order ? sourceOf(order) : 'prima',
            value: order ? { status: order.value.status } : null,
            fact: order?.fact ?? null,
          },
          {
            system: sourceOf(rejection),
            value: {
              rejected: rejection.value.reasonCode,
              skus: rejection.value.lines.map((line) => line.sku),
            },
            fact: rejection.fact,
          },
        ],
        difference: 'rejected',
        explained: [],
        amountAtRisk: order?.value.totals
          ? { minor: order.value.totals.gross, currency: order.value.currency }
          : null,
        unitsAtRisk: null,
        cause: {
          code,
          detail: rejection.value.reason ?? rejection.value.reasonCode,
          ...onlyOf(rejection.value.lines.map(({ sku }) => sku)),
        },
        divergence: divergedAt(rejection),
        fixes: [{ kind: 'resend', system: 'scend', text: own(REMEDIES, code) ?? '' }],
      },
    ];
  },
  examples: {
    opens: {
      facts: [...basics, rejectedByWarehouse(hours(1), 'UNKNOWN_SKU')],
      at: hours(1),
      subject: 'order:SC-1',
      cause: 'unknown-sku',
    },
    // A duplicate of what was received is no rejection.
    staysClosed: {
      facts: [...basics, receivedByWarehouse(hours(1)), rejectedByWarehouse(hours(2), 'DUPLICATE')],
      at: hours(3),
    },
    resolves: { by: [receivedByWarehouse(hours(2))] },
  },
});

/** A rejection that names one SKU alone is about it. */
function onlyOf(skus: readonly string[]): { about?: string } {
  const [first] = skus;
  return first !== undefined && skus.every((sku) => sku === first) ? { about: first } : {};
}
