import * as middleware from '../middleware-messages';
import { salesOrder } from '../prima-documents';
import type { Fulfilment } from '../prima-documents';
import type { Scene } from '../scene';
import { HOUR, MINUTE, SECOND } from '../timeline';
import type { Course } from './course';
import { sharesOf } from './dispatching';
import type { Share } from './dispatching';
import { fulfil, lessOne } from './fulfilling';
import { invoiceAhead, invoiceOrder, invoiceServices } from './invoicing';
import type { PostedInvoice } from './invoicing';
import { stockedLines } from './order';
import type { Order, Portion } from './order';
import { sendBack } from './returns';
import { allocate, cancel, dispatch, receive, reject, release } from './warehouse';
import type { Dispatch } from './warehouse';

/** What became of an order: what the truth about its drifts is read from. */
export interface Outcome {
  order: Order;
  course: Course;
  dispatches: Dispatch[];
  fulfilments: Fulfilment[];
  invoices: PostedInvoice[];
  /** The number of what came back; null where nothing did. */
  returnRef: string | null;
}

/** Lives the whole life of an order and records what each system says about it. */
export function live(scene: Scene, order: Order, course: Course): Outcome {
  const outcome: Outcome = { order, course, dispatches: [], fulfilments: [], invoices: [], returnRef: null };
  const releasedAt = approve(scene, order, course);
  if (releasedAt === null) return outcome;
  if (stockedLines(order).length === 0) {
    outcome.invoices.push(invoiceServices(scene, order, releasedAt + 2 * HOUR));
    tell(scene, order, 'billed', releasedAt + 3 * HOUR);
    return outcome;
  }
  const shares = sharesOf(order, course);
  const receivedAt = handOver(scene, order, course, shares, releasedAt);
  if (receivedAt === null) return outcome;
  const sent = shares.flatMap((share) => shipShare(scene, order, course, share, receivedAt));
  outcome.dispatches = course.shipping === 'ships' ? sent.map((parcel) => parcel.sent) : [];
  if (course.cancelled === 'books-then-shipped') return outcome;
  bookAll(scene, course, sent, outcome);
  outcome.invoices =
    course.invoicing === 'ahead'
      ? [invoiceAhead(scene, order, receivedAt + course.invoicedAfter)]
      : invoiceOrder(scene, order, course, outcome.fulfilments);
  const last = Math.max(0, ...outcome.invoices.map((invoice) => invoice.at));
  if (last > 0 && order.lines.every((line) => line.invoiced.units === line.units)) {
    tell(scene, order, 'billed', last + MINUTE);
  }
  const first = outcome.dispatches[0];
  if (course.returned && first) outcome.returnRef = sendBack(scene, first, outcome.invoices, course);
  return outcome;
}

function tell(scene: Scene, order: Order, status: Parameters<typeof salesOrder>[1], at: number): void {
  scene.recorder.prima(at, salesOrder(order, status, at));
}

/** When the order was released to the warehouse; null where it never is. */
function approve(scene: Scene, order: Order, course: Course): number | null {
  const writtenAt = order.orderedAt + SECOND;
  const pending = course.approval !== 'none' || course.cancelled === 'while-pending';
  tell(scene, order, pending ? 'pending_approval' : 'pending_fulfilment', writtenAt);
  if (!pending) return writtenAt;
  if (course.approval === 'waiting') return null;
  const at = writtenAt + course.approvedAfter;
  const cancelled = course.cancelled === 'while-pending';
  tell(scene, order, cancelled ? 'cancelled' : 'pending_fulfilment', at);
  return cancelled ? null : at;
}

/** When the warehouse has the order; null where it never works on it. */
function handOver(
  scene: Scene,
  order: Order,
  course: Course,
  shares: Share[],
  releasedAt: number,
): number | null {
  const { recorder, numbers } = scene;
  const at = releasedAt + course.receivedAfter;
  if (course.sync === 'failed' || course.sync === 'failed-then-succeeded') {
    const failedAt = releasedAt + MINUTE;
    recorder.middleware(
      failedAt,
      middleware.syncFailed(numbers, failedAt, 'order', order.orderNo, 'TIMEOUT', 1),
    );
  }
  if (course.warehouse === 'never-told') return null;
  if (course.sync === 'succeeded' || course.sync === 'failed-then-succeeded') {
    const attempt = course.sync === 'succeeded' ? 1 : 2;
    recorder.middleware(at, middleware.syncSucceeded(numbers, at, 'order', order.orderNo, attempt));
  }
  if (course.warehouse === 'rejects' || course.warehouse === 'rejects-then-receives') {
    shares.forEach((share) => reject(scene, order, share, course.reasonCode, at));
    if (course.cancelled === 'after-rejection') tell(scene, order, 'cancelled', at + 30 * MINUTE);
    if (course.warehouse === 'rejects') return null;
  }
  const receivedAt = course.warehouse === 'rejects-then-receives' ? at + 90 * MINUTE : at;
  shares.forEach((share) => receive(scene, order, share, receivedAt));
  if (course.warehouse === 'receives-and-rejects-a-duplicate') {
    shares.forEach((share) => reject(scene, order, share, 'DUPLICATE', receivedAt + 10 * MINUTE));
  }
  if (course.cancelled === 'books-then-shipped') tell(scene, order, 'cancelled', receivedAt + MINUTE);
  if (course.cancelled === 'no' || course.cancelled === 'books-then-shipped') return receivedAt;
  callBack(scene, order, course, shares, receivedAt);
  return null;
}

/** Cancelled before anything went out: by both systems, or by one that does not tell the other. */
function callBack(scene: Scene, order: Order, course: Course, shares: Share[], receivedAt: number): void {
  for (const share of shares) {
    const whole = share.parts.flat();
    allocate(
      scene,
      order,
      share.warehouse,
      share.parts[0] ?? [],
      share.parts.slice(1).flat(),
      receivedAt + 5 * MINUTE,
    );
    if (course.cancelled === 'books-only') continue;
    cancel(scene, order, share.warehouse, receivedAt + 20 * MINUTE);
    release(scene, share.warehouse, share.parts[0] ?? whole, receivedAt + 20 * MINUTE);
  }
  if (course.cancelled !== 'warehouse-only') tell(scene, order, 'cancelled', receivedAt + 22 * MINUTE);
}

interface Sent {
  sent: Dispatch;
  allocated: Portion[];
  /** First, second, … of its warehouse. */
  turn: number;
}

function shipShare(scene: Scene, order: Order, course: Course, share: Share, receivedAt: number): Sent[] {
  const { warehouse, parts } = share;
  const [first = [], ...rest] = parts;
  const going =
    course.shipping === 'never' ? [] : course.complete || parts.length === 1 ? parts : parts.slice(0, -1);
  const allocatedAt = receivedAt + 5 * MINUTE;
  const waits = course.backordered && parts.length > 1;
  allocate(scene, order, warehouse, waits ? first : parts.flat(), waits ? rest.flat() : [], allocatedAt);
  return going.map((allocated, turn) => {
    const at = allocatedAt + course.dispatchedAfter + turn * course.gap;
    if (waits && turn > 0) allocate(scene, order, warehouse, allocated, [], at - 20 * MINUTE);
    const portions = course.posting === 'over' ? lessOne(allocated) : allocated;
    return {
      sent: dispatch(scene, order, warehouse, portions, at, course.shipping === 'ships'),
      allocated,
      turn,
    };
  });
}

function bookAll(scene: Scene, course: Course, sent: Sent[], outcome: Outcome): void {
  const due = sent.filter(
    ({ turn }) => course.posts === 'all' || (course.posts === 'first-only' && turn === 0),
  );
  const byTime = [...due].sort((a, b) => a.sent.at - b.sent.at);
  const { order } = outcome;
  const units = new Map<number, number>();
  for (const { sent: parcel, allocated } of byTime) {
    const fulfilment = fulfil(scene, parcel, allocated, course, sent.length === 1);
    outcome.fulfilments.push(fulfilment);
    for (const { line, units: n } of fulfilment.portions)
      units.set(line.lineNo, (units.get(line.lineNo) ?? 0) + n);
    const whole = stockedLines(order).every((line) => units.get(line.lineNo) === line.units);
    tell(scene, order, whole ? 'pending_billing' : 'partially_fulfilled', fulfilment.shippedAt + 72 * SECOND);
  }
}
