import { divRound } from '../arithmetic';
import { invoice, salesOrder } from '../prima-documents';
import type { BilledLine, Fulfilment } from '../prima-documents';
import type { Scene } from '../scene';
import { HOUR, MINUTE, SECOND } from '../timeline';
import type { Course } from './course';
import type { Order, Portion } from './order';

export interface PostedInvoice {
  no: string;
  at: number;
  lines: BilledLine[];
}

/**
 * Bills `units` of a line. Net is the line's net in proportion, the last unit taking what rounding left over, so that all
 * invoices of a line add up to it and each is within one minor unit of its exact share.
 */
export function bill({ line, units }: Portion, orderNo: string, lineNo: number): BilledLine {
  const until = line.invoiced.units + units;
  const net = divRound(line.net * until, line.units) - line.invoiced.net;
  line.invoiced = { units: until, net: line.invoiced.net + net };
  return {
    orderNo,
    lineNo,
    orderLineNo: line.lineNo,
    itemCode: line.item.code,
    units,
    uom: line.uom,
    unitPrice: line.unitPrice,
    net,
    tax: line.tax,
  };
}

/** Charges and services go on an order's first invoice. */
function charges(order: Order): Portion[] {
  return order.lines
    .filter((line) => line.nonStock && line.invoiced.units === 0)
    .map((line) => ({ line, units: line.units }));
}

function merged(portions: Portion[]): Portion[] {
  const byLine = new Map<number, Portion>();
  for (const { line, units } of portions) {
    byLine.set(line.lineNo, { line, units: units + (byLine.get(line.lineNo)?.units ?? 0) });
  }
  return [...byLine.values()];
}

/** Invoices of one order as its course says; the returned ones are in the order of posting. */
export function invoiceOrder(
  scene: Scene,
  order: Order,
  course: Course,
  fulfilments: Fulfilment[],
): PostedInvoice[] {
  const { invoicing, invoicedAfter } = course;
  if (invoicing === 'never' || fulfilments.length === 0) return [];
  if (invoicing === 'consolidated') {
    const key = `${order.customer.account} ${order.currency}`;
    const waiting = scene.unbilled.get(key) ?? [];
    for (const { no, portions } of fulfilments) waiting.push({ order, fulfilmentNo: no, portions });
    scene.unbilled.set(key, waiting);
    return [];
  }
  const byTime = [...fulfilments].sort((a, b) => a.shippedAt - b.shippedAt);
  const groups = invoicing === 'one' ? [byTime] : byTime.map((fulfilment) => [fulfilment]);
  return groups.map((group) => {
    const at = Math.max(...group.map((f) => f.shippedAt)) + invoicedAfter;
    const portions = merged(group.flatMap((f) => f.portions));
    if (invoicing === 'partly' && portions[0]) portions[0] = { ...portions[0], units: portions[0].units - 1 };
    const goods = [...portions, ...charges(order)].map((portion, index) =>
      bill(portion, order.orderNo, index + 1),
    );
    misprice(goods, course);
    return post(
      scene,
      order,
      goods,
      group.map((f) => f.no),
      at,
    );
  });
}

/** An order of services alone: nothing ships, and it is invoiced all the same. */
export function invoiceServices(scene: Scene, order: Order, at: number): PostedInvoice {
  const lines = charges(order).map((portion, index) => bill(portion, order.orderNo, index + 1));
  return post(scene, order, lines, [], at);
}

/** All that was ordered, in one invoice that names no fulfilment. */
export function invoiceAhead(scene: Scene, order: Order, at: number): PostedInvoice {
  const all = order.lines.map((line) => ({ line, units: line.units }));
  const lines = all.map((portion, index) => bill(portion, order.orderNo, index + 1));
  return post(scene, order, lines, [], at);
}

function misprice(lines: BilledLine[], course: Course): void {
  const line = lines[0];
  if (!line) return;
  if (course.invoicePrice === 'unit-price') {
    line.unitPrice += 50;
    line.net += 50 * line.units;
  } else if (course.invoicePrice === 'net') {
    line.net += 7;
  } else if (course.invoicePrice === 'one-minor-off') {
    line.net += 1;
    if (line.units === 1) line.unitPrice += 1;
  }
}

function post(
  scene: Scene,
  order: Order,
  lines: BilledLine[],
  fulfilmentNos: string[],
  at: number,
): PostedInvoice {
  const no = scene.numbers.next('INV', 900, 6);
  const document = invoice(no, order, order.customer, order.currency, fulfilmentNos, lines, at);
  scene.recorder.prima(at + SECOND, document);
  return { no, at, lines };
}

/** At the end of the run account customers get one invoice each over all their orders that wait for one. */
export function consolidate(scene: Scene): void {
  for (const waiting of scene.unbilled.values()) {
    const first = waiting[0];
    if (!first) continue;
    const at = scene.times.openingAt + 70 * HOUR + scene.random.int(0, 120) * MINUTE;
    const orders = [...new Set(waiting.map((entry) => entry.order))];
    const lines: BilledLine[] = [];
    for (const order of orders) {
      const own = waiting.filter((entry) => entry.order === order).flatMap((entry) => entry.portions);
      for (const portion of [...merged(own), ...charges(order)]) {
        lines.push(bill(portion, order.orderNo, lines.length + 1));
      }
    }
    const no = scene.numbers.next('INV', 900, 6);
    const fulfilmentNos = waiting.map((entry) => entry.fulfilmentNo);
    const { customer, currency } = first.order;
    scene.recorder.prima(at + SECOND, invoice(no, null, customer, currency, fulfilmentNos, lines, at));
    for (const order of orders) {
      if (order.lines.every((line) => line.invoiced.units === line.units)) {
        scene.recorder.prima(at + MINUTE, salesOrder(order, 'billed', at + MINUTE));
      }
    }
  }
  scene.unbilled.clear();
}
