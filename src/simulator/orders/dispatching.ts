import type { Random } from '../random';
import type { Course } from './course';
import { stockedLines, WAREHOUSES } from './order';
import type { Order, PickLine, Portion, Warehouse } from './order';
import type { Parcel } from '../scend-events';

/** One warehouse's share of an order, in the parts in which it goes. */
export interface Share {
  warehouse: Warehouse;
  /** In the order of dispatch; together they are all that was ordered. */
  parts: Portion[][];
}

/** Splits what was ordered by warehouse and, where the course has two dispatches, in two parts that are never empty. */
export function sharesOf(order: Order, course: Course): Share[] {
  return WAREHOUSES.flatMap((warehouse) => {
    const whole = stockedLines(order)
      .filter((line) => line.warehouse === warehouse)
      .map((line): Portion => ({ line, units: line.units }));
    if (whole.length === 0) return [];
    return [{ warehouse, parts: course.dispatches === 2 ? halves(whole) : [whole] }];
  });
}

function halves(whole: Portion[]): Portion[][] {
  const first: Portion[] = [];
  const second: Portion[] = [];
  for (const [index, { line, units }] of whole.entries()) {
    const early = units > 1 ? (units + (units % 2)) / 2 : index % 2 === 0 ? units : 0;
    if (early > 0) first.push({ line, units: early });
    if (early < units) second.push({ line, units: units - early });
  }
  return second.length === 0 ? [first] : [first, second];
}

/** Packs picks in one to three parcels; a line may be spread over several of them. */
export function pack(random: Random, picks: PickLine[], nextTracking: () => string): Parcel[] {
  const parcels: PickLine[][] = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => []);
  for (const pick of picks) {
    const [one, other] = random.sample(parcels, 2);
    const split = other !== undefined && pick.qty > 1 && random.chance(300) ? random.int(1, pick.qty - 1) : 0;
    if (split > 0) other?.push({ ...pick, qty: split });
    one?.push({ ...pick, qty: pick.qty - split });
  }
  return parcels
    .filter((lines) => lines.length > 0)
    .map((lines) => ({ tracking_number: nextTracking(), weight_g: random.int(120, 9_000), lines }));
}
