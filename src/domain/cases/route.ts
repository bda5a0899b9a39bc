/** The one case of its kind. */
export const TAX_CODES = 'tax-codes:*';

/** Which cases a canonical fact concerns. An order's documents go to the order alone, which tells its stock cases. */
import type { Canonical } from '../facts/canonical';

export function route(fact: Canonical): string[] {
  switch (fact.type) {
    case 'sales-order':
    case 'fulfilment':
    case 'warehouse-received':
    case 'warehouse-rejected':
    case 'warehouse-allocated':
    case 'warehouse-cancelled':
    case 'manifested':
    case 'dispatched':
      return [`order:${fact.body.orderNo}`];
    case 'invoice':
      // Consolidated: lines of several orders, told to each by the invoice's own case.
      return fact.body.lines.some((line) => line.orderNo !== null && line.orderNo !== fact.body.orderNo)
        ? [`invoice:${fact.body.invoiceNo}`]
        : fact.body.orderNo === null
          ? [`invoice:${fact.body.invoiceNo}`]
          : [`order:${fact.body.orderNo}`];
    case 'return-received':
      return [fact.body.orderNo === null ? `return:${fact.body.returnRef}` : `order:${fact.body.orderNo}`];
    case 'credit-note':
      return refundTargets(fact.body, fact.body.creditNoteNo);
    case 'refund-request':
      return refundTargets(fact.body, fact.body.refundNo);
    case 'stock-level':
    case 'stock-balance':
    case 'stock-adjusted':
    case 'stock-journal':
      return [stockKey(fact.body.sku, fact.body.warehouse)];
    case 'goods-received':
    case 'transfer-dispatched':
    case 'transfer-received': {
      const { warehouse, lines } = fact.body;
      return [...new Set(lines.map((line) => stockKey(line.sku, warehouse)))];
    }
    case 'item':
    case 'item-synchronised':
    case 'price':
      return [`product:${fact.body.sku}`];
    case 'bill-of-materials':
    case 'bundle':
      return [`product:${fact.body.parent}`];
    case 'customer':
      return [`customer:${fact.body.customer}`];
    case 'stock-reservation':
      return fact.body.externalRef === null ? [] : [`channel-order:${fact.body.externalRef}`];
    case 'transmission':
      return transmissionTarget(fact.body.entity, fact.body.from, fact.body.ref);
    case 'tax-code':
      return [TAX_CODES];
    case 'heartbeat':
    case 'bulk-completed':
      return [];
  }
}

/** A return that Scend could not tell the order of finds its money by its own number. */
function refundTargets(
  { orderNo, returnRef }: { orderNo: string | null; returnRef: string | null },
  ownNo: string,
): string[] {
  const targets = orderNo === null ? [] : [`order:${orderNo}`];
  if (returnRef !== null || orderNo === null) targets.push(`return:${returnRef ?? ownNo}`);
  return targets;
}

/** `ref` is the sender's own reference: Prima's number from Prima, the channel's from a channel. */
function transmissionTarget(entity: string, from: string, ref: string): string[] {
  switch (entity) {
    case 'order':
      return [from === 'prima' ? `order:${ref}` : `channel-order:${ref}`];
    case 'product':
    case 'item':
      return [`product:${ref}`];
    case 'customer':
      return from === 'prima' ? [`customer:${ref}`] : [];
    default:
      return [];
  }
}

export function stockKey(sku: string, warehouse: string): string {
  return `stock:${sku}@${warehouse}`;
}

export function kindOf(key: string): string {
  return key.slice(0, key.indexOf(':'));
}
