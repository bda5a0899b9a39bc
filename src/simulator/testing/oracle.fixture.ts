/**
 * For tests: reads the rules of the drifts once more and applies them by brute force to the messages alone, at the
 * world's end. Its answer must be the truth that the world claims to know.
 */
import type { ReadBack } from './read-back.fixture';
import { base, due, grouped, isGoods, minor, subject, tally } from './read-back.fixture';
import { SKU, findOthers } from './oracle-of-lines.fixture';
import { balancesAt, levelsAt, movesOfPrima, movesOfScend } from './stock-tallies.fixture';
import type { Figures } from './stock-tallies.fixture';

const CAUSES: Record<string, string> = {
  UNKNOWN_SKU: 'unknown-sku',
  INVALID_SKU_FORMAT: 'invalid-sku-format',
  NON_STOCK_LINE: 'non-stock-line-sent',
  BUNDLE_NOT_EXPLODED: 'bundle-not-exploded',
};

export function findDrifts(back: ReadBack, now: number, closingAt: string): string[] {
  const cancelled = new Set(back.events('order.cancelled').map((event) => event.order_ref));
  for (const [no, order] of back.orders) if (order.status === 'cancelled') cancelled.add(no);
  return [
    ...unsynchronised(back),
    ...notInWarehouse(back, cancelled, now),
    ...rejected(back, cancelled),
    ...shipments(back, cancelled, now),
    ...notInvoiced(back, cancelled, now),
    ...wrongPrices(back),
    ...stockMismatches(back, closingAt),
    ...unresolved(back, now),
    ...findOthers(back, cancelled, now, closingAt),
  ].sort();
}

function synchronised(back: ReadBack): Set<string> {
  return new Set(back.events('item.synchronised').map((event) => event.sku));
}

function unsynchronised(back: ReadBack): string[] {
  const known = synchronised(back);
  return back
    .documents('Item')
    .filter((item) => item.status === 'active' && item['stockManaged'] === true)
    .filter((item) => !known.has(item['itemCode'] as string) && SKU.test(item['itemCode'] as string))
    .map((item) => `sku-not-in-warehouse product:${String(item['itemCode'])}`);
}

function notInWarehouse(back: ReadBack, cancelled: Set<string>, now: number): string[] {
  const known = synchronised(back);
  const reached = new Set(
    [...back.events('order.received'), ...back.events('order.rejected')].map((event) => event.order_ref),
  );
  const released = new Map<string, string>();
  for (const order of back.documents('SalesOrder').filter((o) => o.status === 'pending_fulfilment')) {
    const earlier = released.get(order.salesOrderNo);
    if (earlier === undefined || order.modifiedAt < earlier)
      released.set(order.salesOrderNo, order.modifiedAt);
  }
  return [...released].flatMap(([no, at]) => {
    const order = back.orders.get(no);
    const goods = order?.lines.filter(isGoods) ?? [];
    if (goods.length === 0 || reached.has(no) || cancelled.has(no) || !due(at, 2, now)) return [];
    const unknown = goods.some((line) => !known.has(line.itemCode));
    const cause = unknown ? 'sku-not-in-warehouse' : back.failed.has(no) ? 'transmission-failed' : 'not-sent';
    return [`order-not-in-warehouse ${subject(order, no)} (${cause})`];
  });
}

function rejected(back: ReadBack, cancelled: Set<string>): string[] {
  const received = new Set(back.events('order.received').map((event) => event.order_ref));
  return back
    .events('order.rejected')
    .filter((event) => !received.has(event.order_ref) && !cancelled.has(event.order_ref))
    .map((event) => {
      const cause = CAUSES[event['reason_code'] as string] ?? 'other';
      return `order-rejected ${subject(back.orders.get(event.order_ref), event.order_ref)} (${cause})`;
    });
}

/** Dispatches by reference, with the fulfilment that books each: by name, or as the only one of its order. */
function shipments(back: ReadBack, cancelled: Set<string>, now: number): string[] {
  const dispatches = back.events('order.dispatched');
  const perOrder = grouped(dispatches, (sent) => sent.order_ref);
  const fulfilments = grouped(back.documents('ItemFulfilment'), (f) => f.salesOrderNo);
  return dispatches
    .filter((sent) => !cancelled.has(sent.order_ref))
    .flatMap((sent) => {
      const alone = perOrder.get(sent.order_ref)?.length === 1;
      const booked = fulfilments.get(sent.order_ref)?.find(({ warehouseDispatchRef: ref }) => {
        return ref === sent['dispatch_ref'] || (ref === null && alone);
      });
      const name = `shipment:${String(sent['dispatch_ref'])}`;
      if (!booked) return due(sent.occurred_at, 4, now) ? [`shipment-not-in-erp ${name}`] : [];
      const difference = new Map<string, number>();
      for (const line of sent.parcels.flatMap((parcel) => parcel.lines))
        tally(difference, line.sku, line.qty);
      for (const line of booked.lines) {
        const units = Number(line.quantity) * back.factor(line.itemCode, line.uom);
        for (const pick of back.picks(line.itemCode)) tally(difference, pick.sku, -units * pick.quantity);
      }
      return [...difference]
        .filter(([, n]) => n !== 0)
        .map(([sku]) => `fulfilment-quantity-mismatch ${name} ${sku}`);
    });
}

function notInvoiced(back: ReadBack, cancelled: Set<string>, now: number): string[] {
  const open = new Map<string, number>();
  for (const fulfilment of back.documents('ItemFulfilment')) {
    const order = back.orders.get(fulfilment.salesOrderNo);
    const hours = order?.['paymentTerms'] === 'prepaid' ? 24 : 35 * 24;
    if (cancelled.has(fulfilment.salesOrderNo) || !due(fulfilment['shippedAt'], hours, now)) continue;
    for (const line of fulfilment.lines)
      tally(open, `${fulfilment.salesOrderNo} ${line.lineNo}`, base(back, line));
  }
  for (const invoice of back.documents('Invoice')) {
    for (const line of invoice.lines) {
      const key = `${line.salesOrderNo ?? invoice.salesOrderNo} ${line.orderLineNo ?? 0}`;
      if (open.has(key)) tally(open, key, -base(back, line));
    }
  }
  return [...open].flatMap(([key, quantity]) => {
    const [no = '', lineNo = ''] = key.split(' ');
    return quantity > 0 ? [`fulfilment-not-invoiced ${subject(back.orders.get(no), no)} ${lineNo}`] : [];
  });
}

function wrongPrices(back: ReadBack): string[] {
  return back.documents('Invoice').flatMap((invoice) =>
    invoice.lines.flatMap((line) => {
      const order = back.orders.get(line.salesOrderNo ?? invoice.salesOrderNo);
      const ordered = order?.lines.find((one) => one.lineNo === line.orderLineNo);
      if (!ordered) return [`invoice line of nothing ${String(invoice['invoiceNo'])}`];
      const units = BigInt(ordered.quantity);
      const share = minor(ordered.net) * BigInt(line.quantity) - minor(line.net) * units;
      const price = minor(ordered.unitPrice) - minor(line.unitPrice);
      const wrong = price > 1n || price < -1n || share > units || share < -units;
      return wrong ? [`invoice-price-mismatch invoice:${String(invoice['invoiceNo'])} ${line.lineNo}`] : [];
    }),
  );
}

/** What explains a difference, physically and in what is free: goods that only one side has moved yet. */
function explained(back: ReadBack): Map<string, Figures[]> {
  const terms = new Map<string, Figures[]>();
  const add = (key: string, physical: number, free: number) =>
    terms.set(key, [...(terms.get(key) ?? []), { physical, free }]);
  const references = new Set(
    back
      .documents('StockJournal')
      .map((j) => `${String(j['reference'])} ${String(j['itemCode'])}@${String(j['warehouse'])}`),
  );
  const named = new Set(back.documents('ItemFulfilment').map((f) => f['warehouseDispatchRef']));
  const unnamed = new Set(
    back
      .documents('ItemFulfilment')
      .filter((f) => f['warehouseDispatchRef'] === null)
      .map((f) => f.salesOrderNo),
  );
  for (const sent of back.events('order.dispatched')) {
    if (named.has(sent['dispatch_ref']) || unnamed.has(sent.order_ref)) continue;
    for (const line of sent.parcels.flatMap((parcel) => parcel.lines)) {
      add(`${line.sku}@${sent.warehouse}`, -line.qty, 0);
    }
  }
  const sent = new Set(back.events('order.dispatched').map((event) => event['dispatch_ref']));
  for (const f of back.documents('ItemFulfilment')) {
    if (f['warehouseDispatchRef'] === null || sent.has(f['warehouseDispatchRef'])) continue;
    for (const line of f.lines) {
      for (const { sku, quantity } of back.picks(line.itemCode))
        add(`${sku}@${String(f['warehouse'])}`, base(back, line) * quantity, 0);
    }
  }
  const moves = [
    ['goods.received', 'po_ref', 1],
    ['return.received', 'rma_ref', 1],
    ['transfer.dispatched', 'transfer_ref', -1],
    ['transfer.received', 'transfer_ref', 1],
  ] as const;
  for (const [type, reference, sign] of moves) {
    for (const event of back.events(type)) {
      for (const line of event.lines) {
        const key = `${line.sku}@${event.warehouse}`;
        if (!references.has(`${String(event[reference])} ${key}`)) add(key, sign * line.qty, sign * line.qty);
      }
    }
  }
  return terms;
}

const unexplained = (difference: number, terms: number[]) =>
  terms.reduce((left, term) => {
    if (Math.sign(term) !== Math.sign(left)) return left;
    return left - Math.sign(left) * Math.min(Math.abs(term), Math.abs(left));
  }, difference);

function stockMismatches(back: ReadBack, closingAt: string): string[] {
  const books = balancesAt(back, closingAt);
  const terms = explained(back);
  const later = (shipments: boolean) => {
    const span = { from: closingAt, shipments };
    const [shelf, book] = [movesOfScend(back, span), movesOfPrima(back, span)];
    return (key: string) => (shelf.get(key) ?? 0) - (book.get(key) ?? 0);
  };
  // What goes to a customer had been allocated: it moves what is there and not what is free.
  const [movedPhysically, movedFreely] = [later(true), later(false)];
  return [...levelsAt(back, closingAt)].flatMap(([key, shelf]) => {
    const book = books.get(key);
    if (!book) return [];
    const physical = shelf.physical - book.physical + movedPhysically(key);
    const free = shelf.free - book.free + movedFreely(key);
    // What is promised twice is free on no side: a consequence.
    if (book.free < 0) return [];
    const own = terms.get(key) ?? [];
    const rest = [
      unexplained(
        physical,
        own.map((term) => term.physical),
      ),
      unexplained(
        free,
        own.map((term) => term.free),
      ),
    ];
    return rest.some((n) => n !== 0) ? [`stock-mismatch stock:${key}`] : [];
  });
}

function unresolved(back: ReadBack, now: number): string[] {
  const unknown = (no: unknown) => typeof no === 'string' && !back.orders.has(no);
  const events = ['received', 'allocated', 'rejected', 'cancelled', 'manifested', 'dispatched'].flatMap(
    (what) => back.events(`order.${what}`),
  );
  const documents = ['CreditNote', 'RefundRequest', 'Invoice', 'ItemFulfilment'].flatMap((type) =>
    back.documents(type),
  );
  return [
    ...events
      .filter((event) => unknown(event.order_ref) && due(event.occurred_at, 24, now))
      .map((event) => event.event_id),
    ...documents
      .filter((document) => unknown(document.salesOrderNo) && due(document.modifiedAt, 24, now))
      .map((document) => String(document['creditNoteNo'])),
  ].map((key) => `reference-unresolved fact:${key}`);
}
