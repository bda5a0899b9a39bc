/** What Prima books of a dispatch. */
import { itemFulfilment, stockJournal } from '../prima-documents';
import type { Fulfilment } from '../prima-documents';
import type { Scene } from '../scene';
import { MINUTE, SECOND } from '../timeline';
import type { Course } from './course';
import { picksOf } from './order';
import type { Portion } from './order';
import type { Dispatch } from './warehouse';

/** Units of the first line less one, or without the last line: the ways in which a booking goes wrong. */
export function lessOne(portions: Portion[]): Portion[] {
  return portions.map((portion, index) => (index === 0 ? { ...portion, units: portion.units - 1 } : portion));
}

/**
 * Books a dispatch. `allocated` is what had been set aside for it. Where the booking is wrong, Prima's stock is put right
 * by a count shortly before the closing, so that the quantity of the fulfilment is the only thing that stays wrong.
 */
export function fulfil(
  scene: Scene,
  sent: Dispatch,
  allocated: Portion[],
  course: Course,
  alone: boolean,
): Fulfilment {
  const { recorder, numbers, book } = scene;
  const portions =
    course.posting === 'over'
      ? allocated
      : course.posting === 'short'
        ? lessOne(sent.portions)
        : course.posting === 'line-missing'
          ? sent.portions.slice(0, -1)
          : sent.portions;
  const fulfilment: Fulfilment = {
    no: numbers.next('IF', 4_711, 7),
    order: sent.order,
    warehouse: sent.warehouse,
    dispatchRef: course.namesDispatch || !alone ? sent.carriage.dispatchRef : null,
    trackingNumbers: trackingOf(sent, course),
    carrier: sent.carriage.carrier,
    service: course.carriage === 'no-service' ? null : sent.carriage.service,
    cost: costOf(sent, course),
    shippedAt: sent.at + course.postedAfter,
    portions,
    inBaseUnits: course.inBaseUnits,
  };
  recorder.prima(fulfilment.shippedAt + 70 * SECOND, itemFulfilment(fulfilment));
  for (const pick of picksOf(portions)) {
    book.book(fulfilment.shippedAt, sent.warehouse, pick.sku, 'allocated', -pick.qty);
  }
  if (course.posting !== 'exact') putStockRight(scene, sent, allocated, portions);
  return fulfilment;
}

function trackingOf({ trackingNumbers }: Dispatch, { tracking }: Course): string[] {
  if (tracking === 'none') return [];
  if (tracking === 'reversed') return [...trackingNumbers].reverse();
  return tracking === 'other' ? trackingNumbers.map((number) => `${number}-X`) : trackingNumbers;
}

function costOf({ carriage }: Dispatch, course: Course): number | null {
  if (course.carriage === 'no-cost') return null;
  return course.carriage === 'wrong-cost' ? carriage.cost + 1 : carriage.cost;
}

function putStockRight(scene: Scene, sent: Dispatch, allocated: Portion[], posted: Portion[]): void {
  const { book, recorder, numbers, times } = scene;
  const at = times.closingAt - 10 * MINUTE;
  const { warehouse } = sent;
  const unitsIn = (portions: Portion[], lineNo: number) =>
    portions.find((portion) => portion.line.lineNo === lineNo)?.units ?? 0;
  for (const { line, units } of allocated) {
    const { item, factor, lineNo } = line;
    const aside = units * factor;
    const gone = unitsIn(sent.portions, lineNo) * factor;
    const booked = unitsIn(posted, lineNo) * factor;
    book.shelf(at, warehouse, item.code, 'allocated', gone - aside);
    book.shelf(at, warehouse, item.code, 'available', aside - gone);
    book.book(at, warehouse, item.code, 'allocated', booked - aside);
    book.book(at, warehouse, item.code, 'free', aside - gone);
    if (gone === booked) continue;
    const journalNo = numbers.next('SJ', 55);
    recorder.prima(at + SECOND, stockJournal(journalNo, item, warehouse, booked - gone, 'count', null, at));
  }
}
