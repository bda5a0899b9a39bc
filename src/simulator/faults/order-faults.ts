import { stockedLines, subjectOf } from '../orders/order';
import type { Item } from '../master/items';
import type { Course } from '../orders/course';
import type { Outcome } from '../orders/life';
import type { Finding, OrderScript } from '../orders/script';
import { HOUR } from '../timeline';
import type { OrderFault } from './plan';

const onOrder = (detector: string, outcome: Outcome, cause?: string, discriminator?: string): Finding => ({
  detector,
  subject: { kind: 'order', id: subjectOf(outcome.order) },
  ...(discriminator === undefined ? {} : { discriminator }),
  ...(cause === undefined ? {} : { cause }),
});

const onProducts = (items: Item[]): Finding[] =>
  items.map((item) => ({ detector: 'sku-not-in-warehouse', subject: { kind: 'product', id: item.code } }));

const notInWarehouse = (cause: string) => (outcome: Outcome, extra: Item[]) => [
  onOrder('order-not-in-warehouse', outcome, cause),
  ...onProducts(extra),
];

/** The dispatches that Prima never booked: it booked them in the order in which they went. */
const notPosted = ({ dispatches, fulfilments }: Outcome): Finding[] =>
  dispatches.slice(fulfilments.length).map((sent) => ({
    detector: 'shipment-not-in-erp',
    subject: { kind: 'shipment', id: sent.carriage.dispatchRef },
  }));

const wrongQuantity =
  (which: 'first' | 'last') =>
  ({ dispatches }: Outcome): Finding[] =>
    dispatches.flatMap(({ portions, carriage }) => {
      const portion = which === 'first' ? portions[0] : portions[portions.length - 1];
      if (!portion) return [];
      return [
        {
          detector: 'fulfilment-quantity-mismatch',
          subject: { kind: 'shipment', id: carriage.dispatchRef } as const,
          discriminator: portion.line.item.code,
        },
      ];
    });

const notInvoiced = (outcome: Outcome): Finding[] =>
  stockedLines(outcome.order)
    .filter((line) => line.invoiced.units < line.units)
    .map((line) => onOrder('fulfilment-not-invoiced', outcome, undefined, String(line.lineNo)));

const wrongPrice = ({ invoices }: Outcome): Finding[] =>
  invoices.map((invoice) => ({
    detector: 'invoice-price-mismatch',
    subject: { kind: 'invoice', id: invoice.no },
    discriminator: '1',
  }));

const rejected = (reasonCode: string, cause: string, more: Partial<OrderScript> = {}): OrderScript => ({
  wish: {},
  course: () => ({ warehouse: 'rejects', reasonCode }),
  truth: (outcome, extra) => [onOrder('order-rejected', outcome, cause), ...onProducts(extra)],
  ...more,
});

const onShipments =
  (detector: string, cause: string) =>
  ({ dispatches }: Outcome): Finding[] =>
    dispatches.map(({ carriage }) => ({
      detector,
      subject: { kind: 'shipment', id: carriage.dispatchRef },
      cause,
    }));

const tracked = (tracking: 'other' | 'none', cause: string): OrderScript => ({
  wish: {},
  course: () => ({ tracking }),
  truth: onShipments('tracking-mismatch', cause),
});

const carried = (carriage: Course['carriage'], detector: string, cause: string): OrderScript => ({
  wish: {},
  course: () => ({ carriage }),
  truth: onShipments(detector, cause),
});

const notFulfilled =
  (cause: string) =>
  (outcome: Outcome): Finding[] =>
    stockedLines(outcome.order).map((line) =>
      onOrder('invoice-not-fulfilled', outcome, cause, String(line.lineNo)),
    );

const written = (words: { taxCode: string | null }, detector: string, cause: string): OrderScript => ({
  wish: {},
  write: ({ lines }) => lines.slice(0, 1).forEach((line) => (line.written = words)),
  course: () => ({}),
  truth: (outcome) => [onOrder(detector, outcome, cause, '1')],
});

/** A single piece, so that it is what comes back. */
const sentBack = (refund: Course['refund'], detector: string, cause: string): OrderScript => ({
  wish: { uom: 'pieces' },
  when: 'early',
  course: () => ({ returned: true, refund, dispatchedAfter: HOUR, postedAfter: HOUR }),
  truth: ({ returnRef }) => [{ detector, subject: { kind: 'return', id: String(returnRef) }, cause }],
});

const conflicting = (cancelled: Course['cancelled'], cause: string): OrderScript => ({
  wish: {},
  undisturbed: 1,
  course: () => ({ cancelled }),
  truth: (outcome) => [onOrder('status-conflict', outcome, cause)],
});

/**
 * Each script and what must be found of it. What follows from a fault is part of its truth; what does not follow is as
 * deliberate: goods of a shipment that Prima never booked are explained in stock, and nothing fulfilled is left to invoice.
 */
export const ORDER_FAULT_SCRIPTS: Record<OrderFault, OrderScript> = {
  'not-sent': {
    wish: {},
    course: () => ({ warehouse: 'never-told' }),
    truth: notInWarehouse('not-sent'),
  },
  'transmission-failed': {
    wish: {},
    course: () => ({ warehouse: 'never-told', sync: 'failed' }),
    truth: notInWarehouse('transmission-failed'),
  },
  'sku-not-synchronised': {
    wish: {},
    goods: 'unsynchronised',
    // The transfer failed too, in half of the cases: the missing SKU is the cause that comes first.
    course: (random) => ({ warehouse: 'never-told', sync: random.chance(500) ? 'failed' : 'silent' }),
    truth: notInWarehouse('sku-not-in-warehouse'),
  },
  'rejected-unknown-sku': rejected('UNKNOWN_SKU', 'unknown-sku', { goods: 'unsynchronised' }),
  'rejected-sku-said-unknown': rejected('UNKNOWN_SKU', 'unknown-sku'),
  'rejected-invalid-sku-format': rejected('INVALID_SKU_FORMAT', 'invalid-sku-format'),
  'rejected-non-stock-line': rejected('NON_STOCK_LINE', 'non-stock-line-sent', { wish: { delivery: true } }),
  'rejected-bundle-not-exploded': rejected('BUNDLE_NOT_EXPLODED', 'bundle-not-exploded', {
    wish: { kit: 'warehouse' },
  }),
  'rejected-duplicate': rejected('DUPLICATE', 'other'),
  'rejected-other': rejected('OTHER', 'other'),
  'shipment-not-posted': { wish: {}, undisturbed: 1, course: () => ({ posts: 'none' }), truth: notPosted },
  'second-shipment-not-posted': {
    wish: { unitsAtLeast: 2 },
    undisturbed: 1,
    course: () => ({ dispatches: 2, gap: 3 * HOUR, posts: 'first-only' }),
    truth: notPosted,
  },
  'fulfilment-short': {
    wish: { unitsAtLeast: 2 },
    undisturbed: 2,
    course: () => ({ posting: 'short' }),
    truth: wrongQuantity('first'),
  },
  'fulfilment-over': {
    wish: { unitsAtLeast: 3 },
    undisturbed: 1,
    course: () => ({ posting: 'over' }),
    truth: wrongQuantity('first'),
  },
  'fulfilment-line-missing': {
    wish: {},
    undisturbed: 2,
    course: () => ({ posting: 'line-missing' }),
    truth: wrongQuantity('last'),
  },
  'never-invoiced': { wish: {}, course: () => ({ invoicing: 'never' }), truth: notInvoiced },
  'partly-invoiced': {
    wish: { unitsAtLeast: 2 },
    course: () => ({ invoicing: 'partly' }),
    truth: notInvoiced,
  },
  'account-never-invoiced': {
    wish: { terms: 'account' },
    when: 'long-ago',
    course: () => ({ invoicing: 'never' }),
    truth: notInvoiced,
  },
  'invoice-unit-price': {
    wish: {},
    course: () => ({ invoicePrice: 'unit-price' }),
    truth: wrongPrice,
  },
  'invoice-line-net': { wish: {}, course: () => ({ invoicePrice: 'net' }), truth: wrongPrice },
  'posted-and-not-shipped': {
    wish: {},
    undisturbed: 1,
    course: () => ({ shipping: 'untold' }),
    truth: (outcome) =>
      outcome.fulfilments.map(({ no }) => onOrder('fulfilment-not-shipped', outcome, 'dispatch-unknown', no)),
  },
  'tracking-of-another': tracked('other', 'differs'),
  'tracking-not-taken-over': tracked('none', 'not-taken-over'),
  'carriage-without-cost': carried('no-cost', 'carrier-cost-missing', 'cost'),
  'carriage-without-service': carried('no-service', 'carrier-cost-missing', 'service'),
  'carriage-at-another-cost': carried('wrong-cost', 'carrier-cost-mismatch', 'cost'),
  'invoiced-before-shipping': {
    wish: {},
    course: () => ({ shipping: 'never', invoicing: 'ahead' }),
    truth: notFulfilled('not-fulfilled'),
  },
  'invoiced-beyond-shipping': {
    wish: { unitsAtLeast: 3, lineCount: 1 },
    course: () => ({ dispatches: 2, complete: false, backordered: true, invoicing: 'ahead' }),
    truth: notFulfilled('partly-fulfilled'),
  },
  'no-tax-code': written({ taxCode: null }, 'tax-code-missing', 'no-code'),
  'unknown-tax-code': written({ taxCode: 'XX-9' }, 'tax-code-missing', 'unknown-code'),
  'unknown-unit': {
    wish: {},
    undisturbed: 1,
    write: ({ lines }) => lines.slice(0, 1).forEach((line) => (line.written = { uom: 'DRUM' })),
    course: () => ({}),
    truth: ({ order }) =>
      order.lines.slice(0, 1).map(({ item }) => ({
        detector: 'uom-unmapped',
        subject: { kind: 'product', id: item.code },
        cause: 'unknown-unit',
      })),
  },
  'charge-without-item': {
    wish: { delivery: false, charge: 'unknown' },
    course: () => ({}),
    truth: (outcome) =>
      outcome.order.lines
        .filter(({ item }) => item.code === 'ENGRAVING')
        .map((line) => onOrder('non-stock-item-missing', outcome, 'no-item', String(line.lineNo))),
  },
  'return-without-refund': sentBack('none', 'return-not-refunded', 'not-requested'),
  'refund-without-amount': sentBack('no-amount', 'refund-incomplete', 'no-amount'),
  'refund-without-items': sentBack('no-items', 'refund-incomplete', 'no-items'),
  'refund-that-does-not-add-up': sentBack('wrong-sum', 'refund-incomplete', 'sum'),
  'cancelled-and-shipped': conflicting('books-then-shipped', 'cancelled-but-shipped'),
  'cancelled-in-the-books-only': conflicting('books-only', 'cancelled-but-open'),
  'cancelled-in-the-warehouse-only': conflicting('warehouse-only', 'cancelled-but-open'),
  // For less than two hours: the warehouse is not late with it yet.
  'transfer-failed-lately': {
    wish: {},
    when: 'near-end',
    course: () => ({
      approval: 'approved',
      approvedAfter: 4 * HOUR,
      sync: 'failed',
      warehouse: 'never-told',
    }),
    truth: (outcome) => [onOrder('transmission-failed', outcome, 'failed')],
  },
};
