/** For tests: more of the rules, by brute force: shipments and their carriage, lines, money back, masters, stock, feeds. */
import type { Document, ReadBack } from './read-back.fixture';
import { base, due, grouped, isGoods, minor, subject, tally } from './read-back.fixture';

export const SKU = /^[A-Za-z0-9._-]{1,40}$/;
const STATUSES =
  'available allocated picked packed quarantine damaged qc_hold returned_pending_inspection in_transfer receiving';

export function findOthers(back: ReadBack, cancelled: Set<string>, now: number, closingAt: string): string[] {
  const alive = { ...back, orders: new Map([...back.orders].filter(([no]) => !cancelled.has(no))) };
  return [
    ...carriage(alive, now),
    ...notShipped(alive, now),
    ...notFulfilled(alive, now),
    ...lines(alive),
    ...moneyBack(back, now),
    ...conflicts(back, now),
    ...masters(back),
    ...transfers(back, cancelled, now),
    ...stock(back, closingAt),
    ...feeds(back),
  ];
}

/** Dispatches with the only fulfilment that can be theirs. */
function pairs(back: ReadBack) {
  const dispatches = back.events('order.dispatched').filter((sent) => back.orders.has(sent.order_ref));
  const perOrder = grouped(dispatches, (sent) => sent.order_ref);
  const fulfilments = grouped(back.documents('ItemFulfilment'), (f) => f.salesOrderNo);
  return dispatches.flatMap((sent) => {
    const alone = perOrder.get(sent.order_ref)?.length === 1;
    const booked = fulfilments.get(sent.order_ref)?.find(({ warehouseDispatchRef: ref }) => {
      return ref === sent['dispatch_ref'] || (ref === null && alone);
    });
    return booked ? [{ sent, booked, name: `shipment:${String(sent['dispatch_ref'])}` }] : [];
  });
}

function carriage(back: ReadBack, now: number): string[] {
  const manifests = new Map(back.events('order.manifested').map((told) => [told['dispatch_ref'], told]));
  return pairs(back).flatMap(({ sent, booked, name }) => {
    const found: string[] = [];
    const told = new Set(sent.parcels.map((parcel) => parcel.tracking_number));
    const taken = new Set(booked['trackingNumbers'] as string[]);
    const all = new Set([...told, ...taken]);
    if (all.size !== told.size) found.push(`tracking-mismatch ${name} (differs)`);
    else if (all.size !== taken.size) found.push(`tracking-mismatch ${name} (not-taken-over)`);
    const cost = (manifests.get(sent['dispatch_ref'])?.['cost'] as { amount: string }).amount;
    const paid = (booked['carrierCost'] as { amount: string } | null)?.amount;
    if (paid !== undefined && paid !== cost) found.push(`carrier-cost-mismatch ${name} (cost)`);
    const lacks = booked['service'] === null ? 'service' : paid === undefined ? 'cost' : null;
    if (lacks && due(booked['shippedAt'], 24, now)) found.push(`carrier-cost-missing ${name} (${lacks})`);
    return found;
  });
}

function notShipped(back: ReadBack, now: number): string[] {
  const sent = new Set(back.events('order.dispatched').map((event) => event['dispatch_ref']));
  return back
    .documents('ItemFulfilment')
    .filter((f) => f['warehouseDispatchRef'] !== null && !sent.has(f['warehouseDispatchRef']))
    .filter((f) => back.orders.has(f.salesOrderNo) && due(f['shippedAt'], 4, now))
    .map((f) => {
      const name = subject(back.orders.get(f.salesOrderNo), f.salesOrderNo);
      return `fulfilment-not-shipped ${name} ${String(f['fulfilmentNo'])} (dispatch-unknown)`;
    });
}

function notFulfilled(back: ReadBack, now: number): string[] {
  const over = new Map<string, number>();
  const shipped = new Set<string>();
  for (const invoice of back.documents('Invoice').filter((i) => due(i['postedAt'], 24, now))) {
    for (const line of invoice.lines) {
      const no = line.salesOrderNo ?? invoice.salesOrderNo;
      const ordered = back.orders.get(no)?.lines.find((one) => one.lineNo === line.orderLineNo);
      if (ordered && isGoods(ordered)) tally(over, `${no} ${ordered.lineNo}`, base(back, line));
    }
  }
  for (const fulfilment of back.documents('ItemFulfilment')) {
    for (const line of fulfilment.lines) {
      const key = `${fulfilment.salesOrderNo} ${line.lineNo}`;
      shipped.add(key);
      if (over.has(key)) tally(over, key, -base(back, line));
    }
  }
  return [...over].flatMap(([key, quantity]) => {
    const [no = '', lineNo = ''] = key.split(' ');
    const cause = shipped.has(key) ? 'partly-fulfilled' : 'not-fulfilled';
    return quantity > 0
      ? [`invoice-not-fulfilled ${subject(back.orders.get(no), no)} ${lineNo} (${cause})`]
      : [];
  });
}

function itemsOf(back: ReadBack): Map<unknown, Document> {
  return new Map(back.documents('Item').map((item) => [item['itemCode'], item]));
}

function lines(back: ReadBack): string[] {
  const codes = new Set(back.documents('TaxCode').map((code) => code['taxCode']));
  const items = itemsOf(back);
  return [...back.orders].flatMap(([no, order]) =>
    order.lines.flatMap((line) => {
      const found: string[] = [];
      const { taxCode } = line as unknown as { taxCode: string | null };
      const name = `${subject(order, no)} ${line.lineNo}`;
      if (taxCode === null) found.push(`tax-code-missing ${name} (no-code)`);
      else if (!codes.has(taxCode)) found.push(`tax-code-missing ${name} (unknown-code)`);
      const item = items.get(line.itemCode);
      if (!item && !isGoods(line)) found.push(`non-stock-item-missing ${name} (no-item)`);
      const units = (item?.['uoms'] ?? []) as { uom: string }[];
      if (item && !units.some(({ uom }) => uom === line.uom))
        found.push(`uom-unmapped product:${line.itemCode} (unknown-unit)`);
      return found;
    }),
  );
}

function moneyBack(back: ReadBack, now: number): string[] {
  const requests = back.documents('RefundRequest');
  const asked = new Set(requests.map((request) => request['returnRef']));
  const open = back
    .events('return.received')
    .filter((event) => !asked.has(event['rma_ref']) && due(event.occurred_at, 48, now))
    .map((event) => `return-not-refunded return:${String(event['rma_ref'])} (not-requested)`);
  const incomplete = requests.flatMap((request) => {
    const { amount, refund_items: items } = request as unknown as {
      amount: string | null;
      refund_items: { amount: string }[] | null;
    };
    const sum = (items ?? []).reduce((total, item) => total + minor(item.amount), 0n);
    const cause =
      amount === null ? 'no-amount' : !items?.length ? 'no-items' : minor(amount) === sum ? null : 'sum';
    return cause ? [`refund-incomplete return:${String(request['returnRef'])} (${cause})`] : [];
  });
  return [...open, ...incomplete];
}

function conflicts(back: ReadBack, now: number): string[] {
  const at = (name: string) =>
    new Map(back.events(name).map((event) => [event.order_ref, event.occurred_at]));
  const [received, sent, recalled] = [at('order.received'), at('order.dispatched'), at('order.cancelled')];
  return [...back.orders].flatMap(([no, order]) => {
    const name = `status-conflict ${subject(order, no)}`;
    const recalledAt = recalled.get(no);
    if (order.status !== 'cancelled')
      return recalledAt !== undefined && due(recalledAt, 1, now) ? [`${name} (cancelled-but-open)`] : [];
    if (sent.has(no)) return due(sent.get(no), 1, now) ? [`${name} (cancelled-but-shipped)`] : [];
    const open = received.has(no) && recalledAt === undefined;
    return open && due(order.modifiedAt, 1, now) ? [`${name} (cancelled-but-open)`] : [];
  });
}

function masters(back: ReadBack): string[] {
  const items = itemsOf(back);
  const codes = [...items.keys()].map(String).filter((code) => !SKU.test(code));
  const kits = back.documents('BillOfMaterials').flatMap((bom) => {
    const parent = bom['parentItemCode'];
    return (bom['components'] as { itemCode: string }[]).flatMap(({ itemCode }) => {
      const cause =
        itemCode === parent ? 'contains-itself' : items.has(itemCode) ? null : 'component-missing';
      return cause ? [`bom-mismatch product:${String(parent)} (${cause})`] : [];
    });
  });
  const cause = (code: string) => (/^[A-Za-z0-9._-]*$/.test(code) ? 'length' : 'characters');
  return [...kits, ...codes.map((code) => `sku-format-invalid product:${code} (${cause(code)})`)];
}

/** What the warehouse is already known not to have, or to have refused, is said by that. */
function transfers(back: ReadBack, cancelled: Set<string>, now: number): string[] {
  const told = new Set(
    ['received', 'rejected'].flatMap((what) => back.events(`order.${what}`).map((event) => event.order_ref)),
  );
  const released = new Map(
    back
      .documents('SalesOrder')
      .filter((o) => o.status === 'pending_fulfilment')
      .map((o) => [o.salesOrderNo, o]),
  );
  const done = back.middleware.filter(({ type }) => type === 'sync.succeeded');
  return back.middleware
    .filter(({ type, at }) => type === 'sync.failed' && due(at, 0.5, now))
    .filter(({ entity, ref }) => !done.some((other) => other['entity'] === entity && other['ref'] === ref))
    .flatMap(({ entity, ref }) => {
      const no = String(ref);
      if (entity !== 'order') return [`transmission-failed ${String(entity)}:${no} (failed)`];
      const order = released.get(no);
      if (told.has(no) || cancelled.has(no) || !order || due(order.modifiedAt, 2, now)) return [];
      return [`transmission-failed ${subject(order, no)} (failed)`];
    });
}

function stock(back: ReadBack, closingAt: string): string[] {
  const known = new Set(STATUSES.split(' '));
  const levels = back.events('stock.level').flatMap((event) =>
    event.lines
      .filter((line) => line.as_of === closingAt)
      .flatMap((line) => {
        const name = `stock:${line.sku}@${event.warehouse}`;
        const words = Object.keys(line.statuses).filter((status) => !known.has(status));
        const { unlocated } = line as unknown as { unlocated: number };
        return [
          ...(unlocated > 0 ? [`stock-unlocated ${name}`] : []),
          ...words.map(() => `stock-status-unmapped ${name}`),
        ];
      }),
  );
  const promised = back
    .documents('StockBalance')
    .filter(
      (b) =>
        b['asOf'] === closingAt && (Number(b['free']) < 0 || Number(b['allocated']) > Number(b['physical'])),
    )
    .map((b) => `oversold stock:${String(b['itemCode'])}@${String(b['warehouse'])}`);
  return [...levels, ...promised];
}

function feeds(back: ReadBack): string[] {
  const seen = new Set([
    ...back.events('stock.level').flatMap((event) => event.lines.map((line) => line.sequence)),
    ...back.events('stock.adjusted').flatMap((event) => {
      const sequence = event['sequence'];
      return typeof sequence === 'number' ? [sequence] : [];
    }),
  ]);
  const sorted = [...seen].sort((a, b) => a - b);
  const found = sorted
    .filter((n, i) => i > 0 && n !== (sorted[i - 1] ?? 0) + 1)
    .map(() => 'feed-gap feed:scend (sequence)');
  const beats = new Map(
    back.middleware.filter(({ type }) => type === 'feed.heartbeat').map((b) => [b['id'], b]),
  );
  for (const { source, at, as_of: asOf, last_sequence: last } of beats.values()) {
    if (typeof last === 'number' && last > (sorted.at(-1) ?? 0))
      found.push(`feed-gap feed:${String(source)} (last-sequence)`);
    if (Date.parse(String(at)) - Date.parse(String(asOf)) > 15 * 60_000)
      found.push(`feed-behind feed:${String(source)} (heartbeat)`);
  }
  return found;
}
