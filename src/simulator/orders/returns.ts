import { divRound } from '../arithmetic';
import { creditNote, refundRequest, stockJournal } from '../prima-documents';
import * as scend from '../scend-events';
import type { Scene } from '../scene';
import { tellAdjustment } from '../stock/adjusting';
import { HOUR, MINUTE, SECOND } from '../timeline';
import type { Course } from './course';
import { picksOf } from './order';
import type { Order, OrderLine } from './order';
import type { PostedInvoice } from './invoicing';
import type { Dispatch } from './warehouse';

/** The customer sends one unit back; Prima takes the goods into its books where the course says so. Gives its number. */
export function sendBack(
  scene: Scene,
  sent: Dispatch,
  bills: PostedInvoice[],
  { returnBooked: booked, refund }: Course,
): string | null {
  const { random, recorder, numbers } = scene;
  const { order, warehouse } = sent;
  const bought = sent.portions.find(({ line }) => line.item.kit === null && line.uom === 'EA')?.line;
  const bill = bills.find((one) => one.lines.some((line) => line.orderLineNo === bought?.lineNo));
  const billed = bill?.lines.find((line) => line.orderLineNo === bought?.lineNo);
  if (!bought || !bill || !billed) return null;
  const at = sent.at + random.int(12 * 60, 30 * 60) * MINUTE;
  const returnRef = numbers.next('R-', 1);
  const inspected = booked && random.chance(250);
  const shelf = inspected ? 'returned_pending_inspection' : 'available';
  const condition = inspected ? 'opened' : 'resaleable';
  const qty = picksOf([{ line: bought, units: 1 }])[0]?.qty ?? 1;
  const line = { sku: bought.item.code, qty, condition, to_status: shelf };
  const id = recorder.nextEventId();
  recorder.scend(at, scend.returnReceived(id, at, warehouse, order.orderNo, returnRef, [line]));
  scene.book.shelf(at, warehouse, bought.item.code, shelf, qty);
  if (booked) bookGoods(scene, bought, warehouse, qty, returnRef, at, inspected);
  const credited = { ...billed, lineNo: 1, units: 1, net: divRound(billed.net, billed.units) };
  giveBack(scene, order, bill, returnRef, credited, at, refund);
  return returnRef;
}

function bookGoods(
  scene: Scene,
  line: OrderLine,
  warehouse: Dispatch['warehouse'],
  qty: number,
  returnRef: string,
  at: number,
  inspected: boolean,
): void {
  const { random, recorder, numbers, book } = scene;
  const sku = line.item.code;
  let bookedAt = at + random.int(15, 240) * MINUTE;
  if (inspected) {
    // Prima takes goods back when they are for sale again: inspection passes first, as two adjustments.
    const passedAt = bookedAt;
    tellAdjustment(scene, passedAt, warehouse, sku, 'returned_pending_inspection', -qty, 'inspection');
    tellAdjustment(scene, passedAt, warehouse, sku, 'available', qty, 'inspection');
    bookedAt = passedAt + 5 * MINUTE;
  }
  book.book(bookedAt, warehouse, sku, 'free', qty);
  const journalNo = numbers.next('SJ', 55);
  recorder.prima(
    bookedAt + SECOND,
    stockJournal(journalNo, line.item, warehouse, qty, 'return', returnRef, bookedAt),
  );
}

function giveBack(
  scene: Scene,
  order: Order,
  bill: PostedInvoice,
  returnRef: string,
  credited: PostedInvoice['lines'][number],
  at: number,
  refunded: Course['refund'],
): void {
  const { random, recorder, numbers } = scene;
  const requestedAt = Math.max(at, bill.at) + random.int(10, 120) * MINUTE;
  const creditedAt = requestedAt + random.int(1, 4) * HOUR;
  if (refunded !== 'none') {
    const late = refunded === 'late' ? 47 * HOUR : 0;
    const fault = refunded === 'exact' || refunded === 'late' ? 'none' : refunded;
    const no = numbers.next('RF', 42, 4);
    const refund = refundRequest(no, order, returnRef, credited, requestedAt + late, fault);
    recorder.prima(requestedAt + late + SECOND, refund);
  }
  const note = creditNote(numbers.next('CN', 310, 6), bill.no, order, returnRef, credited, creditedAt);
  recorder.prima(creditedAt + SECOND, note);
}
