/** Prima's documents, exactly as `sources.md` shows them: decimal strings in major units, RFC 3339 clocks. */
import { decimal, taxOn } from './arithmetic';
import type { Customer } from './master/customers';
import type { Currency, Item } from './master/items';
import type { TaxCode, Uom } from './master/prices';
import { lineTax, totalsOf } from './orders/order';
import type { Order, Portion, Warehouse } from './orders/order';
import { iso, SECOND } from './timeline';

export type OrderStatus =
  | 'pending_approval'
  | 'pending_fulfilment'
  | 'partially_fulfilled'
  | 'pending_billing'
  | 'billed'
  | 'cancelled';

export interface BilledLine {
  orderNo: string | null;
  lineNo: number;
  orderLineNo: number;
  itemCode: string;
  units: number;
  uom: Uom;
  unitPrice: number;
  net: number;
  tax: TaxCode;
}

const written = (at: number, version: number) => ({ version, modifiedAt: iso(at) });
const money = (t: { net: number; tax: number; gross: number }) => ({
  net: decimal(t.net),
  tax: decimal(t.tax),
  gross: decimal(t.gross),
});

/** The order as it stands at `modifiedAt`; every call is its next version. */
export function salesOrder(order: Order, status: OrderStatus, modifiedAt: number) {
  order.version += 1;
  return {
    documentType: 'SalesOrder' as const,
    salesOrderNo: order.orderNo,
    externalRef: order.externalRef,
    channel: order.channel,
    customerAccount: order.customer.account,
    currency: order.currency,
    orderedAt: iso(order.orderedAt),
    status,
    priceList: order.customer.priceList,
    paymentTerms: order.customer.terms,
    discountCodes: [] as string[],
    lines: order.lines.map((line) => ({
      lineNo: line.lineNo,
      itemCode: line.item.code,
      quantity: String(line.units),
      uom: line.written?.uom ?? line.uom,
      unitPrice: decimal(line.unitPrice),
      discount: decimal(line.discount),
      net: decimal(line.net),
      taxCode: line.written?.taxCode === undefined ? line.tax.code : line.written.taxCode,
      taxRate: decimal(line.tax.rate),
      tax: decimal(lineTax(line)),
      gross: decimal(line.net + lineTax(line)),
      isNonStock: line.nonStock,
    })),
    totals: money(totalsOf(order.lines.map((line) => ({ net: line.net, taxAmount: lineTax(line) })))),
    ...written(modifiedAt, order.version),
  };
}

export interface Fulfilment {
  no: string;
  order: Order;
  warehouse: Warehouse;
  dispatchRef: string | null;
  trackingNumbers: string[];
  carrier: string;
  service: string | null;
  /** Null: it names none. */
  cost: number | null;
  shippedAt: number;
  portions: Portion[];
  /** Booked in pieces although the order is in cases. */
  inBaseUnits: boolean;
}

export function itemFulfilment(f: Fulfilment) {
  return {
    documentType: 'ItemFulfilment' as const,
    fulfilmentNo: f.no,
    salesOrderNo: f.order.orderNo,
    externalRef: f.order.externalRef,
    status: 'shipped',
    shippedAt: iso(f.shippedAt),
    warehouse: f.warehouse,
    warehouseDispatchRef: f.dispatchRef,
    trackingNumbers: f.trackingNumbers,
    carrier: f.carrier,
    service: f.service,
    carrierCost: f.cost === null ? null : { amount: decimal(f.cost), currency: 'GBP' },
    lines: f.portions.map(({ line, units }) => ({
      lineNo: line.lineNo,
      itemCode: line.item.code,
      quantity: String(f.inBaseUnits ? units * line.factor : units),
      uom: f.inBaseUnits ? 'EA' : line.uom,
    })),
    ...written(f.shippedAt + 70 * SECOND, 1),
  };
}

const billed = (line: BilledLine) => ({
  lineNo: line.lineNo,
  orderLineNo: line.orderLineNo,
  itemCode: line.itemCode,
  quantity: String(line.units),
  uom: line.uom,
  unitPrice: decimal(line.unitPrice),
  net: decimal(line.net),
  taxCode: line.tax.code,
  taxRate: decimal(line.tax.rate),
  tax: decimal(taxOn(line.net, line.tax.rate)),
  gross: decimal(line.net + taxOn(line.net, line.tax.rate)),
});

const billedTotals = (lines: readonly BilledLine[]) =>
  money(totalsOf(lines.map((line) => ({ net: line.net, taxAmount: taxOn(line.net, line.tax.rate) }))));

/** `order` null: a consolidated invoice, whose lines name their orders. */
export function invoice(
  no: string,
  order: Order | null,
  customer: Customer,
  currency: Currency,
  fulfilmentNos: string[],
  lines: BilledLine[],
  postedAt: number,
) {
  return {
    documentType: 'Invoice' as const,
    invoiceNo: no,
    salesOrderNo: order?.orderNo ?? null,
    externalRef: order?.externalRef ?? null,
    fulfilmentNos,
    customerAccount: customer.account,
    currency,
    postedAt: iso(postedAt),
    period: iso(postedAt).slice(0, 7),
    lines: lines.map((line) =>
      order === null ? { ...billed(line), salesOrderNo: line.orderNo } : billed(line),
    ),
    totals: billedTotals(lines),
    ...written(postedAt + SECOND, 1),
  };
}

export function creditNote(
  no: string,
  invoiceNo: string,
  order: Order,
  returnRef: string,
  line: BilledLine,
  postedAt: number,
) {
  const { orderLineNo: _orderLineNo, unitPrice: _unitPrice, ...credited } = billed(line);
  return {
    documentType: 'CreditNote' as const,
    creditNoteNo: no,
    invoiceNo,
    salesOrderNo: order.orderNo,
    externalRef: order.externalRef,
    returnRef,
    currency: order.currency,
    postedAt: iso(postedAt),
    period: iso(postedAt).slice(0, 7),
    lines: [credited],
    totals: billedTotals([line]),
    reason: 'RETURN',
    ...written(postedAt + SECOND, 1),
  };
}

export function refundRequest(
  no: string,
  order: Order,
  returnRef: string,
  line: BilledLine,
  requestedAt: number,
  fault: 'none' | 'no-amount' | 'no-items' | 'wrong-sum' = 'none',
) {
  const tax = taxOn(line.net, line.tax.rate);
  const amount = decimal(line.net + tax);
  return {
    documentType: 'RefundRequest' as const,
    refundNo: no,
    salesOrderNo: order.orderNo,
    externalRef: order.externalRef,
    returnRef,
    currency: order.currency,
    amount: fault === 'no-amount' ? null : fault === 'wrong-sum' ? decimal(line.net + tax + 1) : amount,
    refund_items:
      fault === 'no-items'
        ? null
        : [
            {
              order_item_id: `${order.orderNo}-${line.orderLineNo}`,
              itemCode: line.itemCode,
              quantity: String(line.units),
              amount,
              tax_amount: decimal(tax),
              reason: 'too-small',
            },
          ],
    requestedAt: iso(requestedAt),
    ...written(requestedAt + SECOND, 1),
  };
}

/** Base units. */
export interface BalanceFigures {
  physical: number;
  allocated: number;
  quarantine: number;
  inTransit: number;
}

export function stockBalance(
  item: Item,
  warehouse: Warehouse,
  b: BalanceFigures,
  asOf: number,
  version: number,
  /** Pence by which the books are wrong. */
  misvalued = 0,
) {
  const free = String(b.physical - b.allocated - b.quarantine);
  return {
    documentType: 'StockBalance' as const,
    asOf: iso(asOf),
    warehouse,
    itemCode: item.code,
    uom: 'EA',
    physical: String(b.physical),
    allocated: String(b.allocated),
    quarantine: String(b.quarantine),
    inTransit: String(b.inTransit),
    free,
    onOrder: '0',
    available: free,
    unitCost: { amount: decimal(item.unitCost), currency: 'GBP' },
    bookValue: { amount: decimal(item.unitCost * b.physical + misvalued), currency: 'GBP' },
    ...written(asOf + SECOND, version),
  };
}

export type JournalReason = 'count' | 'receipt' | 'return' | 'transfer' | 'write_off';

export function stockJournal(
  no: string,
  item: Item,
  warehouse: Warehouse,
  quantity: number,
  reason: JournalReason,
  reference: string | null,
  postedAt: number,
) {
  return {
    documentType: 'StockJournal' as const,
    journalNo: no,
    warehouse,
    itemCode: item.code,
    quantity: String(quantity),
    value: { amount: decimal(item.unitCost * quantity), currency: 'GBP' },
    reason,
    reference,
    postedAt: iso(postedAt),
    ...written(postedAt + SECOND, 1),
  };
}
