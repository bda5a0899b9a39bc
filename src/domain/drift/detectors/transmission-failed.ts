/** A transfer that the middleware reported as failed, and nothing since that shows it done. */
import { type Held, type Slot, earlier, sourceOf } from '../../cases/held';
import type { CaseKind, CaseStates } from '../../cases/kinds';
import { orderSubject } from '../../cases/order';
import type { Body } from '../../facts/canonical';
import { graceMs } from '../../policy';
import type { DetectContext, FeedName } from '../context';
import type { Detector } from '../detector';
import {
  alive,
  customer,
  hours,
  item,
  receivedByWarehouse,
  salesOrder,
  synchronised,
  transmission,
} from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled, orderAmount } from './shared';

const CODE = 'transmission-failed';
const GRACE_SECONDS = 30 * 60;
/** The feed in which the middleware tells of transfers. */
const TRANSFERS = { kind: 'middleware', stream: 'sync' };
const heard = (at: number) => [alive('middleware', at), alive('scend', at), alive('prima', at)];
const ordered = [
  customer(hours(-9)),
  item(hours(-9)),
  synchronised(hours(-9)),
  alive('scend', hours(-9)),
  salesOrder(hours(0), { status: 'pending_approval' }),
];

type Transfer = Held<Body<'transmission'>>;

/** What the target system itself says of the same thing, and on which feed. */
interface Target {
  facts: readonly { at: number }[];
  feed: FeedName | null;
}
const NO_TARGET: Target = { facts: [], feed: null };

const order = failed(
  'order',
  (state) => (isCancelled(state) ? [] : state.transmissions),
  (state, to) =>
    to === 'scend'
      ? {
          facts: [
            ...state.received,
            ...state.rejected,
            ...state.allocated,
            ...state.manifested,
            ...state.dispatched,
            ...state.warehouseCancelled,
          ],
          feed: { kind: 'scend', stream: 'order' },
        }
      : NO_TARGET,
  (state) => ({ subject: { kind: 'order', id: orderSubject(state) }, amount: orderAmount(state) }),
  {
    opens: {
      facts: [...ordered, transmission(hours(0), 'failed'), ...heard(hours(0.5))],
      at: hours(0.5),
      subject: 'order:SC-1',
      cause: 'failed',
    },
    // Nobody says that it was sent again, but Scend has it.
    staysClosed: {
      facts: [
        ...ordered,
        transmission(hours(0), 'failed'),
        receivedByWarehouse(hours(0.4)),
        ...heard(hours(1)),
      ],
      at: hours(1),
    },
    resolves: { by: [transmission(hours(2), 'succeeded')] },
  },
);

const ofItem = { entity: 'product', ref: 'BAG-1' };
const product = failed(
  'product',
  (state) => state.transmissions,
  (state, to) => {
    if (to === 'scend') return { facts: state.synchronised, feed: { kind: 'scend', stream: 'item' } };
    return to === 'prima' ? { facts: state.versions, feed: { kind: 'prima', stream: 'Item' } } : NO_TARGET;
  },
  (state) => ({ subject: { kind: 'product', id: state.sku }, amount: null }),
  {
    opens: {
      facts: [
        item(hours(-9)),
        synchronised(hours(-9)),
        transmission(hours(0), 'failed', ofItem),
        ...heard(hours(0.5)),
      ],
      at: hours(0.5),
      subject: 'product:BAG-1',
      cause: 'failed',
    },
    staysClosed: {
      facts: [
        item(hours(-9)),
        synchronised(hours(-9)),
        transmission(hours(0), 'failed', ofItem),
        transmission(hours(0.4), 'succeeded', ofItem),
        ...heard(hours(1)),
      ],
      at: hours(1),
    },
    resolves: { by: [transmission(hours(2), 'succeeded', ofItem)] },
  },
);

const ofCustomer = { entity: 'customer', ref: 'C1' };
const account = failed(
  'customer',
  (state) => state.transmissions,
  () => NO_TARGET,
  (state) => ({ subject: { kind: 'customer', id: state.account }, amount: null }),
  {
    opens: {
      facts: [customer(hours(-9)), transmission(hours(0), 'failed', ofCustomer), ...heard(hours(0.5))],
      at: hours(0.5),
      subject: 'customer:C1',
      cause: 'failed',
    },
    // The middleware has said nothing since: it may have succeeded.
    staysClosed: {
      facts: [customer(hours(-9)), transmission(hours(0), 'failed', ofCustomer), alive('scend', hours(1))],
      at: hours(1),
    },
    resolves: { by: [transmission(hours(2), 'succeeded', ofCustomer)] },
  },
);

export const transmissionFailed = [order, product, account] as const;

function failed<K extends CaseKind>(
  on: K,
  transfersOf: (state: CaseStates[K]) => Slot<Body<'transmission'>>,
  targetOf: (state: CaseStates[K], to: string) => Target,
  about: (state: CaseStates[K]) => Pick<Finding, 'subject'> & { amount: Finding['amountAtRisk'] },
  examples: Detector['examples'],
): Detector<K> {
  return {
    code: CODE,
    on,
    meaning:
      'The middleware reported a failed transfer, and neither a later success nor a fact of the target.',
    severity: 'high',
    graceSeconds: GRACE_SECONDS,
    causes: ['failed'],
    supersedes: [],
    detect(state, context) {
      const transfers = transfersOf(state);
      if (transfers.length === 0 || transfers.every(({ value }) => value.outcome === 'succeeded'))
        return NO_FINDINGS;
      const findings: Finding[] = [];
      for (const to of [...new Set(transfers.map(({ value }) => value.to))].sort()) {
        const target = targetOf(state, to);
        const first = firstOfRun(transfers, to, target);
        if (first === null) continue;
        const dueAt = first.at + graceMs(context.policy, CODE, GRACE_SECONDS);
        if (!isDue(first, dueAt, target, context)) continue;
        const { subject, amount } = about(state);
        findings.push(finding(first, dueAt, subject, amount));
      }
      return findings;
    },
    examples,
  };
}

function isDue(first: Transfer, dueAt: number, { feed }: Target, context: DetectContext): boolean {
  if (!context.due(dueAt) || !context.heard(sourceOf(first), TRANSFERS, dueAt)) return false;
  return feed === null || context.missing(first.at, dueAt, feed);
}

/** The first failure after the last sign of success; null where success is the last word. */
function firstOfRun(transfers: readonly Transfer[], to: string, target: Target): Transfer | null {
  let done = -Infinity;
  for (const { at } of target.facts) if (at > done) done = at;
  let first: Transfer | null = null;
  for (const held of transfers.filter(({ value }) => value.to === to).sort(earlier)) {
    if (held.value.outcome === 'succeeded' || held.at <= done) first = null;
    else first ??= held;
  }
  return first;
}

function finding(
  held: Transfer,
  dueAt: number,
  subject: Finding['subject'],
  amountAtRisk: Finding['amountAtRisk'],
): Finding {
  const { from, to, entity, ref, errorCode, errorMessage, attempt } = held.value;
  const reason = errorMessage ?? errorCode ?? 'the middleware gave no reason';
  return {
    subject,
    discriminator: to,
    since: held.at,
    dueAt,
    sides: [
      {
        system: sourceOf(held),
        value: { from, to, entity, ref, attempt, error: errorCode },
        fact: held.fact,
      },
      { system: to, value: null, fact: null },
    ],
    difference: 'not transferred',
    explained: [],
    amountAtRisk,
    unitsAtRisk: null,
    cause: { code: 'failed', about: [entity, to, errorCode].filter(Boolean).join(' '), detail: reason },
    divergence: divergedAt(held),
    fixes: [
      {
        kind: 'resend',
        system: to,
        text: `Remove what was refused (${reason}), then send ${entity} ${ref} from ${from} to ${to} again.`,
      },
    ],
  };
}
