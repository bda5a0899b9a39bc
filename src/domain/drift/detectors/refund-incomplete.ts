/** A request for a refund that does not say how much, for what, or says two amounts. */
import { type Held, sourceOf } from '../../cases/held';
import type { Body } from '../../facts/canonical';
import { type Money, currencyDigits, exact, formatDecimal } from '../../exact';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import type { Detector } from '../detector';
import { customer, hours, item, refundRequest, revised, salesOrder } from '../examples';
import { type Finding, divergedAt } from '../finding';

const CODE = 'refund-incomplete';
const basics = [customer(hours(-9)), item(hours(-9)), salesOrder(hours(-5))];
const nameless = (over: Partial<Body<'refund-request'>> = {}) =>
  refundRequest(hours(0), { orderNo: null, returnRef: null, ...over });

type Request = Held<Body<'refund-request'>>;

const head = {
  code: CODE,
  meaning: 'A refund request has no amount, no items, or an amount that is not the sum of its items.',
  severity: 'high',
  graceSeconds: 0,
  causes: ['no-amount', 'no-items', 'sum'],
  supersedes: [],
} as const;

const ofOrder: Detector<'order'> = {
  ...head,
  on: 'order',
  detect: ({ refundRequests }, context) => incomplete(refundRequests, context),
  examples: {
    opens: {
      facts: [...basics, refundRequest(hours(0), { amount: 1000 })],
      at: hours(0),
      subject: 'return:R-1',
      cause: 'sum',
    },
    staysClosed: {
      facts: [
        ...basics,
        refundRequest(hours(0), {
          items: [
            { sku: 'BAG-1', quantity: null, amount: 1000 },
            { sku: 'DELIVERY', quantity: null, amount: 190 },
          ],
        }),
      ],
      at: hours(0),
    },
    resolves: { by: [revised(refundRequest(hours(0)))] },
  },
};

const ofReturn: Detector<'return'> = {
  ...head,
  on: 'return',
  // One that names its order is told of there.
  detect: ({ refundRequests }, context) =>
    incomplete(
      refundRequests.filter(({ value }) => value.orderNo === null),
      context,
    ),
  examples: {
    opens: {
      facts: [nameless({ amount: null })],
      at: hours(0),
      subject: 'return:RF1',
      cause: 'no-amount',
    },
    staysClosed: { facts: [nameless()], at: hours(0) },
    resolves: { by: [revised(nameless())] },
  },
};

export const refundIncomplete = [ofOrder, ofReturn] as const;

function incomplete(requests: readonly Request[], context: DetectContext): Finding[] {
  let findings: Finding[] | null = null;
  for (const held of requests) {
    const fault = faultOf(held.value);
    if (fault === null) continue;
    const dueAt = held.at + graceMs(context.policy, CODE, 0);
    if (context.due(dueAt)) (findings ??= []).push(finding(held, fault, dueAt));
  }
  return findings ?? [];
}

/** An item without an amount adds nothing, so its request does not add up. */
function faultOf({ amount, items }: Request['value']): 'no-amount' | 'no-items' | 'sum' | null {
  if (amount === null) return 'no-amount';
  if (items === null || items.length === 0) return 'no-items';
  return sumOf(items) === amount ? null : 'sum';
}

function sumOf(items: NonNullable<Request['value']['items']>): number {
  let sum = 0;
  for (const item of items) sum = exact(sum + (item.amount ?? 0));
  return sum;
}

function finding(held: Request, fault: 'no-amount' | 'no-items' | 'sum', dueAt: number): Finding {
  const { refundNo, returnRef, amount, items, currency } = held.value;
  const total = items === null || items.length === 0 ? null : sumOf(items);
  const money = (minor: number | null) =>
    minor === null ? null : `${formatDecimal(minor, currencyDigits(currency))} ${currency}`;
  const atRisk: Money | null =
    amount !== null && total !== null
      ? { minor: Math.abs(amount - total), currency }
      : amount === null && total === null
        ? null
        : { minor: Math.abs(amount ?? total ?? 0), currency };
  const text = {
    'no-amount': `${refundNo} has no amount`,
    'no-items': `${refundNo} names no items`,
    sum: `${refundNo} is over ${money(amount) ?? ''}, its items over ${money(total) ?? ''}`,
  }[fault];
  const system = sourceOf(held);
  return {
    subject: { kind: 'return', id: returnRef ?? refundNo },
    discriminator: refundNo,
    since: held.at,
    dueAt,
    sides: [
      { system, value: { refund: refundNo, amount: money(amount) }, fact: held.fact },
      { system, value: { items: items?.length ?? 0, sum: money(total) }, fact: held.fact },
    ],
    difference: amount !== null && total !== null ? (money(amount - total) ?? '') : fault,
    explained: [],
    amountAtRisk: atRisk,
    unitsAtRisk: null,
    cause: { code: fault, detail: text },
    divergence: divergedAt(held),
    fixes: [
      {
        kind: 'correct',
        system: 'prima',
        text: `Complete refund request ${refundNo}: its amount, its items, and the one as the sum of the other.`,
      },
    ],
  };
}
