/** A return, by its own number, without a request for its refund; its case is the order's, or its own where it names no order. */
import { type Slot, earlier, sourceOf } from '../../cases/held';
import type { OrderState } from '../../cases/order';
import type { ReturnState } from '../../cases/simple';
import type { Body } from '../../facts/canonical';
import { type Money, exact, formatQuantity } from '../../exact';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import type { Detector } from '../detector';
import { alive, customer, dispatched, hours, item, refundRequest, returned, salesOrder } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { grossOf, sumMoney } from './shared';

const CODE = 'return-not-refunded';
const GRACE_SECONDS = 48 * 3600;
const REFUNDS = { kind: 'prima', stream: 'RefundRequest' };
const basics = [customer(hours(-9)), item(hours(-9)), salesOrder(hours(-5)), dispatched(hours(-4))];
const nameless = returned(hours(0), { orderNo: null });

const head = {
  code: CODE,
  meaning: 'Scend received a return and no refund was requested or made.',
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  causes: ['not-requested'],
  supersedes: [],
} as const;

const ofOrder: Detector<'order'> = {
  ...head,
  on: 'order',
  detect(state, context) {
    if (state.returned.length === 0) return NO_FINDINGS;
    return findings(unrefunded(state), state, context);
  },
  examples: {
    opens: {
      facts: [...basics, returned(hours(0)), alive('prima', hours(48))],
      at: hours(48),
      subject: 'return:R-1',
      cause: 'not-requested',
    },
    // Requested by another document number, for the order and not for the return.
    staysClosed: {
      facts: [
        ...basics,
        returned(hours(0)),
        refundRequest(hours(40), { returnRef: null }),
        alive('prima', hours(48)),
      ],
      at: hours(48),
    },
    resolves: { by: [refundRequest(hours(50))] },
  },
};

const ofReturn: Detector<'return'> = {
  ...head,
  on: 'return',
  detect(state, context) {
    if (state.returned.length === 0 || state.refundRequests.length > 0) return NO_FINDINGS;
    return findings(new Map([[state.ref, state.returned]]), null, context);
  },
  examples: {
    opens: {
      facts: [item(hours(-9)), nameless, alive('prima', hours(48))],
      at: hours(48),
      subject: 'return:R-1',
      cause: 'not-requested',
    },
    staysClosed: { facts: [item(hours(-9)), nameless, alive('prima', hours(47))], at: hours(50) },
    resolves: { by: [refundRequest(hours(50))] },
  },
};

export const returnNotRefunded = [ofOrder, ofReturn] as const;

type Returned = Slot<Body<'return-received'>>;

/** Returns by their numbers. A request that names the order alone is for the first return that no other request names. */
function unrefunded(state: OrderState): Map<string, Returned> {
  const byRef = new Map<string, Returned>();
  for (const held of [...state.returned].sort(earlier)) {
    const ref = held.value.returnRef;
    byRef.set(ref, [...(byRef.get(ref) ?? []), held]);
  }
  let nameless = 0;
  for (const { value } of state.refundRequests) {
    if (value.returnRef === null) nameless++;
    else byRef.delete(value.returnRef);
  }
  for (const ref of [...byRef.keys()].slice(0, nameless)) byRef.delete(ref);
  return byRef;
}

/** `order` is null where the return names none. */
function findings(
  open: ReadonlyMap<string, Returned>,
  order: OrderState | null,
  context: DetectContext,
): Finding[] {
  const found: Finding[] = [];
  for (const [ref, documents] of open) {
    if (order !== null && requestedWithoutOrder(ref, context)) continue;
    const [first] = documents;
    if (!first) continue;
    const dueAt = first.at + graceMs(context.policy, CODE, GRACE_SECONDS);
    if (!context.missing(first.at, dueAt, REFUNDS)) continue;
    const lines = documents.flatMap(({ value }) => value.lines);
    const amount: Money | null =
      order && sumMoney(lines.map(({ sku, quantity }) => grossOf(order, sku, quantity)));
    const whose = order ? ` of order ${order.orderNo}` : '';
    found.push({
      subject: { kind: 'return', id: ref },
      discriminator: '',
      since: first.at,
      dueAt,
      sides: [
        {
          system: sourceOf(first),
          value: {
            order: order?.orderNo ?? null,
            lines: lines.map(({ sku, quantity }) => ({ sku, quantity: formatQuantity(quantity) })),
          },
          fact: first.fact,
        },
        { system: 'prima', value: null, fact: null },
      ],
      difference: 'no refund',
      explained: [],
      amountAtRisk: amount,
      unitsAtRisk: formatQuantity(exact(lines.reduce((sum, { quantity }) => sum + quantity, 0))),
      cause: { code: 'not-requested', detail: `return ${ref}${whose} has no request for a refund` },
      divergence: divergedAt(first),
      fixes: [{ kind: 'post', system: 'prima', text: `Request the refund of return ${ref}${whose}.` }],
    });
  }
  return found;
}

/** By its number, a request may be known that does not say which order it is about. */
function requestedWithoutOrder(ref: string, context: DetectContext): boolean {
  const state: ReturnState | null = context.look('return', ref);
  return (state?.refundRequests.length ?? 0) > 0;
}
