import type { Random } from '../random';
import { HOUR, MINUTE } from '../timeline';

/** The course that one order takes through the systems. Durations in milliseconds. */
export interface Course {
  /** `waiting`: never approved. */
  approval: 'none' | 'approved' | 'waiting';
  approvedAfter: number;
  sync: 'silent' | 'succeeded' | 'failed-then-succeeded' | 'failed';
  warehouse:
    'receives' | 'never-told' | 'rejects' | 'rejects-then-receives' | 'receives-and-rejects-a-duplicate';
  reasonCode: string;
  receivedAfter: number;
  /**
   * `books-then-shipped`: Prima cancels and the warehouse sends it all the same; `books-only`: the warehouse keeps it, ready to
   * go; `warehouse-only`: Prima is never told.
   */
  cancelled:
    | 'no'
    | 'while-pending'
    | 'after-receipt'
    | 'after-rejection'
    | 'books-then-shipped'
    | 'books-only'
    | 'warehouse-only';
  /** `untold`: it stays on the shelf, and Prima books it as gone. */
  shipping: 'ships' | 'untold' | 'never';
  /** Dispatches per warehouse; an order of one single unit has one in any case. */
  dispatches: 1 | 2;
  /** False: what the last dispatch would carry never ships. */
  complete: boolean;
  /** The second part is allocated only shortly before it goes. */
  backordered: boolean;
  dispatchedAfter: number;
  gap: number;
  /** From the dispatch to Prima's fulfilment. */
  postedAfter: number;
  posts: 'all' | 'first-only' | 'none';
  posting: 'exact' | 'short' | 'over' | 'line-missing';
  /** The tracking numbers and carriage that Prima books. */
  tracking: 'same' | 'other' | 'none' | 'reversed';
  carriage: 'exact' | 'no-cost' | 'no-service' | 'wrong-cost';
  namesDispatch: boolean;
  inBaseUnits: boolean;
  /** `ahead`: all that was ordered, shipped or not. */
  invoicing: 'per-fulfilment' | 'one' | 'consolidated' | 'never' | 'partly' | 'ahead';
  invoicedAfter: number;
  invoicePrice: 'exact' | 'unit-price' | 'net' | 'one-minor-off';
  returned: boolean;
  /** False: Prima never takes the goods back, which explains the difference in stock. */
  returnBooked: boolean;
  refund: 'exact' | 'late' | 'none' | 'no-amount' | 'no-items' | 'wrong-sum';
}

/** What usually happens, with the usual variety and nothing wrong. */
export function usualCourse(random: Random, onAccount: boolean): Course {
  const dispatches = random.chance(180) ? 2 : 1;
  const complete = dispatches === 1 || !random.chance(120);
  return {
    approval: random.chance(100) ? 'approved' : 'none',
    approvedAfter: random.int(5, 90) * MINUTE,
    sync: random.chance(20) ? 'failed-then-succeeded' : random.chance(250) ? 'succeeded' : 'silent',
    warehouse: 'receives',
    reasonCode: 'OTHER',
    receivedAfter: random.int(2, 40) * MINUTE,
    cancelled: random.chance(15) ? 'while-pending' : random.chance(15) ? 'after-receipt' : 'no',
    shipping: 'ships',
    tracking: 'same',
    carriage: 'exact',
    refund: 'exact',
    dispatches,
    complete,
    backordered: !complete || random.chance(500),
    dispatchedAfter: random.int(30, 720) * MINUTE,
    gap: random.int(60, 300) * MINUTE,
    postedAfter: random.int(5, 120) * MINUTE,
    posts: 'all',
    posting: 'exact',
    namesDispatch: !random.chance(50),
    inBaseUnits: random.chance(50),
    invoicing: onAccount
      ? random.pick(['consolidated', 'consolidated', 'one', 'never'])
      : random.chance(700)
        ? 'per-fulfilment'
        : 'one',
    invoicedAfter: random.int(60, 600) * MINUTE,
    invoicePrice: 'exact',
    returned: random.chance(80),
    returnBooked: true,
  };
}

/** A plain course for scripts that need to know exactly what happens. */
export function plainCourse(random: Random): Course {
  return {
    ...usualCourse(random, false),
    approval: 'none',
    sync: 'silent',
    cancelled: 'no',
    dispatches: 1,
    complete: true,
    backordered: false,
    namesDispatch: true,
    inBaseUnits: false,
    invoicing: 'per-fulfilment',
    invoicedAfter: 2 * HOUR,
    returned: false,
  };
}
