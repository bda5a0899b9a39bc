import {
  cancelledInBooks,
  goneGoods,
  openInWarehouse,
  restOnly,
  standingCancellations,
  standingInvoice,
} from '../../cases/cancellation';
import { type Held, earliest, sourceOf } from '../../cases/held';
import { type OrderState, orderSubject, salesOrderOf } from '../../cases/order';
import { formatInstant } from '../../facts/instant';
import { graceMs } from '../../policy';
import type { FeedName } from '../context';
import { detector } from '../detector';
import {
  alive,
  cancelledByWarehouse,
  customer,
  dispatched,
  hours,
  item,
  receivedByWarehouse,
  revised,
  salesOrder,
  synchronised,
} from '../examples';
import { type Divergence, type Finding, type Json, type Proposal, type Side, NO_FINDINGS } from '../finding';
import { warehouseSilent } from './shared';

const CODE = 'status-conflict';
const GRACE_SECONDS = 3600;
const BOOKS: FeedName = { kind: 'prima', stream: 'SalesOrder' };
const SCEND: FeedName = { kind: 'scend', stream: 'order' };
const OPEN = new Set(['pending_approval', 'pending_fulfilment', 'partially_fulfilled']);
const basics = [
  customer(hours(-9)),
  item(hours(-9)),
  synchronised(hours(-9)),
  salesOrder(hours(0)),
  receivedByWarehouse(hours(0)),
];
const cancelled = revised(salesOrder(hours(0), { status: 'cancelled', modifiedAt: hours(1) }));
const current = [alive('prima', hours(3)), alive('scend', hours(3))];

/** Two states that cannot both be true, and what would make one of them. */
interface Conflict {
  cause: 'cancelled-but-shipped' | 'cancelled-but-open';
  cancelled: { side: Side; at: number };
  against: { side: Side; at: number };
  fix: Proposal;
}

export const statusConflict = detector({
  code: CODE,
  on: 'order',
  meaning:
    'States of the order that cannot both be true: cancelled on one side and dispatched, invoiced or still open on another.',
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  causes: ['cancelled-but-shipped', 'cancelled-but-open', 'shipped-but-not-dispatched'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (state.warehouseCancelled.length === 0 && salesOrderOf(state)?.value.status !== 'cancelled')
      return NO_FINDINGS;
    const conflict = againstBooks(state) ?? againstWarehouse(state);
    if (conflict === null) return NO_FINDINGS;
    const { cause, cancelled: said, against, fix } = conflict;
    const later = against.at >= said.at ? against : said;
    const dueAt = later.at + graceMs(context.policy, CODE, GRACE_SECONDS);
    // Either side may still say what puts it right.
    const silent = state.warehouseCancelled.length === 0 && warehouseSilent(state);
    if (!context.told(dueAt, silent ? [BOOKS] : [BOOKS, SCEND])) return NO_FINDINGS;
    const order = salesOrderOf(state);
    const { totals = null, currency = '' } = order?.value ?? {};
    const divergence: Divergence = { fact: later.side.fact ?? 0, at: later.at };
    return [
      {
        subject: { kind: 'order', id: orderSubject(state) },
        discriminator: '',
        since: later.at,
        dueAt,
        sides: [said.side, against.side],
        difference: cause,
        explained: [],
        amountAtRisk: totals && { minor: Math.abs(totals.gross), currency },
        unitsAtRisk: null,
        cause: {
          code: cause,
          detail: `${said.side.system} cancelled it at ${formatInstant(said.at)}, ${against.side.system} did not`,
        },
        divergence,
        fixes: [fix],
      },
    ];
  },
  examples: {
    opens: {
      facts: [...basics, cancelled, dispatched(hours(2)), ...current],
      at: hours(3),
      subject: 'order:SC-1',
      cause: 'cancelled-but-shipped',
    },
    // Cancelled by both, one after the other.
    staysClosed: {
      facts: [...basics, cancelled, cancelledByWarehouse(hours(1.5)), ...current],
      at: hours(3),
    },
    resolves: { by: [revised(revised(salesOrder(hours(0), { modifiedAt: hours(4) })))] },
  },
});

/** Prima has cancelled. */
function againstBooks(state: OrderState): Conflict | null {
  const order = salesOrderOf(state);
  const start = cancelledInBooks(state);
  if (order === null || start === null) return null;
  const said = { side: side(order, { status: 'cancelled' }, start.fact), at: start.at };
  const shipped = goneGoods(state) ?? shippedInBooks(state) ?? standingInvoice(state);
  const open = shipped === null ? openInWarehouse(state) : null;
  const other = shipped ?? open;
  if (other === null) return null;
  return {
    cause: shipped ? 'cancelled-but-shipped' : 'cancelled-but-open',
    cancelled: said,
    against: { side: side(other, stateOf(state, other)), at: other.at },
    fix: shipped
      ? {
          kind: 'correct',
          system: 'prima',
          text: `Reopen order ${state.orderNo} and bill what has gone, or take the goods back and credit them.`,
        }
      : {
          kind: 'resend',
          system: 'scend',
          text: `Send the cancellation of order ${state.orderNo} to Scend.`,
        },
  };
}

/** A warehouse has cancelled, and Prima has not. */
function againstWarehouse(state: OrderState): Conflict | null {
  const order = salesOrderOf(state);
  if (order === null || order.value.status === 'cancelled') return null;
  for (const held of standingCancellations(state)) {
    const { warehouse } = held.value;
    const rest = restOnly(state, held);
    const shipped = rest ? null : shippedAnyway(state, warehouse);
    const open = shipped === null && OPEN.has(order.value.status) ? order : null;
    const other = shipped ?? open;
    if (other === null) continue;
    return {
      cause: shipped ? 'cancelled-but-shipped' : 'cancelled-but-open',
      cancelled: { side: side(held, { cancelled: warehouse }), at: held.at },
      against: {
        side: side(other, stateOf(state, other)),
        at: open ? openSince(state, order.at) : other.at,
      },
      fix: {
        kind: 'correct',
        system: 'prima',
        text: rest
          ? `Close what is left of order ${state.orderNo}, or release it again.`
          : `Cancel order ${state.orderNo} in Prima, or send it to ${warehouse} again.`,
      },
    };
  }
  return null;
}

/** What says that goods left a warehouse, or were billed, although it had cancelled before any left it. */
function shippedAnyway(state: OrderState, warehouse: string): Held<unknown> | null {
  const sent = earliest(state.dispatched.filter((held) => held.value.warehouse === warehouse));
  if (sent) return sent;
  const posted = state.fulfilments.filter(
    ({ value }) => value.status === 'shipped' && (value.warehouse ?? warehouse) === warehouse,
  );
  return earliest(posted) ?? (state.dispatched.length === 0 ? standingInvoice(state) : null);
}

function shippedInBooks(state: OrderState): Held<unknown> | null {
  // What was posted of goods that came back is settled with them.
  if (state.dispatched.length > 0) return null;
  return earliest(state.fulfilments.filter(({ value }) => value.status === 'shipped'));
}

/** The first version of the last uninterrupted run of open ones. */
function openSince(state: OrderState, fallback: number): number {
  let start: number | null = null;
  for (const { status, at } of state.versions) {
    if (!OPEN.has(status)) start = null;
    else start ??= at;
  }
  return start ?? fallback;
}

function stateOf(state: OrderState, held: Held<unknown>): Json {
  const named = held.value as { dispatchRef?: string; fulfilmentNo?: string; invoiceNo?: string };
  if (named.invoiceNo !== undefined) return { invoiced: named.invoiceNo };
  if (named.fulfilmentNo !== undefined) return { fulfilled: named.fulfilmentNo };
  if (state.dispatched.includes(held as never)) return { dispatched: named.dispatchRef ?? '' };
  const { status } = held.value as { status?: string };
  return { status: status ?? 'open' };
}

function side(held: Held<unknown>, value: Json, fact = held.fact): Side {
  return { system: sourceOf(held), value, fact };
}
