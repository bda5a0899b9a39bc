/**
 * Clean trading at any scale, for measurements: the life of each order is spread over the lives of its neighbours, as
 * in a real ledger, and memory holds only the orders that are under way. Nothing in it is a drift; where the stream is
 * cut off, what is still open is within its grace.
 */
import { createCustomers } from '../master/customers';
import { tellMasterData } from '../master/documents';
import { createCatalogue } from '../master/items';
import type { Item } from '../master/items';
import { priceOf, taxCodeOf } from '../master/prices';
import { bill } from '../orders/invoicing';
import type { Order, OrderLine, Warehouse } from '../orders/order';
import { lifeStep, STEPS } from './steps';
import type { BulkMessage } from './message';
import type { BulkOrder } from './steps';
import { BulkStock } from './running-stock';
import { Random } from '../random';
import { Recorder } from '../recorder';
import { Numbers } from '../scene';
import { StockBook } from '../stock/book';
import { SECOND, timelineFrom } from '../timeline';

export interface BulkOptions {
  seed: number;
  /** Exactly so many messages are made. */
  facts: number;
  /** Default 2026-01-05. A million facts take less than 7 days of the world's time. */
  startAt?: Date | number;
}

/** Between the placing of two orders, and how many are placed between two steps of one order: about 17 minutes. */
const SPACING = 5 * SECOND;
const LAG = 200;
/** So many orders between two counts of one SKU. */
const COUNT_EVERY = 40;

export function* generateBulk({ seed, facts, startAt }: BulkOptions): Generator<BulkMessage> {
  let left = facts;
  for (const message of endless(seed, Number(startAt ?? Date.UTC(2026, 0, 5)))) {
    if (left-- <= 0) return;
    yield message;
  }
}

function* endless(seed: number, startAt: number): Generator<BulkMessage> {
  const random = new Random(seed);
  const times = timelineFrom(startAt);
  const catalogue = createCatalogue(random.fork('items'), times.setupAt, 260, 40);
  const customers = createCustomers(random.fork('customers'), 700);
  const numbers = new Numbers();
  const recorder = new Recorder();
  tellMasterData({
    random,
    times,
    catalogue,
    customers,
    numbers,
    recorder,
    book: new StockBook(times.openingAt, random),
    unbilled: new Map(),
    miscounted: new Map(),
    onceOpened: [],
    undisturbed: () => catalogue.delivery,
  });
  for (const { source, body } of recorder.seal(0)) {
    if (source !== 'middleware-legacy') yield { source, body };
  }
  const items = [...catalogue.general, ...catalogue.reserved];
  const stock = new BulkStock(items);
  for (const item of items) yield* stock.count(item, startAt);

  const underWay = new Map<number, BulkOrder>();
  for (let tick = 0; ; tick++) {
    const now = startAt + (tick + 1) * SPACING;
    underWay.set(tick, place(random, items, customers[tick % customers.length], tick, now));
    for (let step = 0; step < STEPS; step++) {
      const order = underWay.get(tick - step * LAG);
      if (order) yield lifeStep(order, step, now, stock);
    }
    underWay.delete(tick - (STEPS - 1) * LAG);
    if (tick % COUNT_EVERY === 0) yield* stock.count(random.pick(items), now);
  }
}

function place(
  random: Random,
  items: readonly Item[],
  customer: Order['customer'] | undefined,
  tick: number,
  orderedAt: number,
): BulkOrder {
  if (!customer) throw new RangeError('no customers');
  const orderNo = `SO${1_000_000 + tick}`;
  const warehouse: Warehouse = random.chance(700) ? 'UK1' : 'UK2';
  const lines = random.sample(items, random.pick([1, 1, 2, 3])).map((item, index): OrderLine => {
    const units = random.pick([1, 1, 1, 2, 3]);
    const unitPrice = priceOf(item, customer.priceList, customer.currency, 'EA');
    return {
      lineNo: index + 1,
      item,
      units,
      uom: 'EA',
      factor: 1,
      unitPrice,
      discount: 0,
      net: unitPrice * units,
      tax: taxCodeOf(item, customer.country),
      nonStock: false,
      warehouse,
      invoiced: { units: 0, net: 0 },
    };
  });
  const externalRef = customer.channel === 'telephone' ? null : `SC-${2_000_000 + tick}`;
  const { channel, currency } = customer;
  const order: Order = { orderNo, externalRef, channel, customer, currency, orderedAt, lines, version: 0 };
  const portions = lines.map((line) => ({ line, units: line.units }));
  const bills = portions.map((portion, index) => bill(portion, orderNo, index + 1));
  return { serial: tick, order, warehouse, portions, bills };
}
