/**
 * The canonical vocabulary: what a source's message means, in the words of this project. A translation yields none, one
 * or several canonical facts. Published as JSON Schema (docs/schemas/canonical.json); the schema's *input* is what a
 * mapping writes (quantities as decimal strings, times as RFC 3339), its *output* is what the domain folds (integer
 * micro-units, epoch ms). Amounts are integer minor units on both sides: whoever maps knows the document's currency.
 */
import { z } from 'zod';
import { amount, code, currency, instant, positiveQuantity, quantity, shortText } from './scalars';

const line = z.object({
  lineNo: z.number().int().nonnegative(),
  sku: code,
  quantity: positiveQuantity,
  uom: shortText,
});
const warehouseLine = z.object({
  orderLine: z.number().int().nonnegative().nullable(),
  sku: code,
  quantity: positiveQuantity,
});
const priced = line.extend({
  unitPrice: amount.nullable(),
  net: amount,
  tax: amount.nullable(),
  gross: amount.nullable(),
  taxCode: shortText.nullable(),
});

export const canonicalBodies = {
  'sales-order': z.object({
    orderNo: code,
    externalRef: code.nullable(),
    channel: shortText.nullable(),
    customer: code.nullable(),
    currency,
    status: shortText,
    modifiedAt: instant,
    paymentTerms: shortText.nullable(),
    discountCodes: z.array(shortText),
    /** Of each discount code, what it belongs to; null where it is not recognised. Absent: none is. */
    campaigns: z.array(shortText.nullable()).optional(),
    lines: z.array(priced.extend({ nonStock: z.boolean() })),
    totals: z.object({ net: amount, tax: amount, gross: amount }).nullable(),
  }),
  fulfilment: z.object({
    fulfilmentNo: code,
    orderNo: code,
    status: shortText,
    warehouse: code.nullable(),
    dispatchRef: code.nullable(),
    trackingNumbers: z.array(code),
    carrier: shortText.nullable(),
    service: shortText.nullable(),
    carrierCost: z.object({ amount, currency }).nullable(),
    lines: z.array(line),
  }),
  invoice: z.object({
    invoiceNo: code,
    /** Null where the header names none (a consolidated invoice names its orders on the lines). */
    orderNo: code.nullable(),
    fulfilmentNos: z.array(code),
    customer: code.nullable(),
    currency,
    lines: z.array(
      priced.extend({ orderNo: code.nullable(), orderLineNo: z.number().int().nonnegative().nullable() }),
    ),
    totals: z.object({ net: amount, tax: amount, gross: amount }).nullable(),
  }),
  'credit-note': z.object({
    creditNoteNo: code,
    invoiceNo: code.nullable(),
    orderNo: code.nullable(),
    returnRef: code.nullable(),
    currency,
    reason: shortText.nullable(),
    lines: z.array(priced),
    totals: z.object({ net: amount, tax: amount, gross: amount }).nullable(),
  }),
  'refund-request': z.object({
    refundNo: code,
    orderNo: code.nullable(),
    returnRef: code.nullable(),
    currency,
    amount: amount.nullable(),
    items: z
      .array(z.object({ sku: code.nullable(), quantity: quantity.nullable(), amount: amount.nullable() }))
      .nullable(),
  }),
  'stock-balance': z.object({
    warehouse: code,
    sku: code,
    uom: shortText,
    physical: quantity,
    allocated: quantity,
    quarantined: quantity,
    inTransit: quantity.nullable(),
    unitCost: z.object({ amount, currency }).nullable(),
    bookValue: z.object({ amount, currency }).nullable(),
  }),
  'stock-reservation': z.object({
    reservationNo: code,
    externalRef: code.nullable(),
    trigger: shortText,
    warehouse: code,
    sku: code,
    quantity,
  }),
  item: z.object({
    sku: code,
    description: shortText.nullable(),
    status: shortText,
    stockManaged: z.boolean(),
    baseUom: shortText,
    uoms: z.array(z.object({ uom: shortText, factor: positiveQuantity })),
    taxCode: shortText.nullable(),
  }),
  'bill-of-materials': z.object({
    parent: code,
    components: z.array(z.object({ sku: code, quantity: positiveQuantity })),
    explodeAt: z.enum(['order', 'warehouse']),
  }),
  /** A kit while it is made of this, whatever a bill of materials says; open where it has no date. */
  bundle: z.object({
    parent: code,
    components: z.array(z.object({ sku: code, quantity: positiveQuantity })),
    explodeAt: z.enum(['order', 'warehouse']),
    validFrom: instant.nullable(),
    validTo: instant.nullable(),
  }),
  price: z.object({
    priceList: code,
    currency,
    sku: code,
    uom: shortText,
    unitPrice: amount,
    taxIncluded: z.boolean().nullable(),
    validFrom: instant.nullable(),
  }),
  customer: z.object({
    customer: code,
    name: shortText.nullable(),
    paymentTerms: shortText.nullable(),
    priceList: code.nullable(),
  }),
  'tax-code': z.object({
    taxCode: code,
    country: shortText.nullable(),
    rate: quantity,
    validFrom: instant.nullable(),
  }),
  'stock-journal': z.object({
    journalNo: code,
    warehouse: code,
    sku: code,
    quantity,
    reason: shortText,
    reference: code.nullable(),
    value: z.object({ amount, currency }).nullable(),
  }),
  'item-synchronised': z.object({ sku: code, warehouse: code.nullable(), baseUom: shortText.nullable() }),
  'warehouse-received': z.object({ orderNo: code, warehouse: code, lines: z.array(warehouseLine) }),
  'warehouse-rejected': z.object({
    orderNo: code,
    warehouse: code,
    reasonCode: shortText,
    reason: shortText.nullable(),
    lines: z.array(warehouseLine),
  }),
  'warehouse-allocated': z.object({
    orderNo: code,
    warehouse: code,
    lines: z.array(warehouseLine.extend({ short: quantity })),
  }),
  'warehouse-cancelled': z.object({ orderNo: code, warehouse: code }),
  manifested: z.object({
    orderNo: code,
    warehouse: code,
    dispatchRef: code,
    carrier: shortText.nullable(),
    service: shortText.nullable(),
    cost: z.object({ amount, currency }).nullable(),
  }),
  dispatched: z.object({
    orderNo: code,
    warehouse: code,
    dispatchRef: code,
    carrier: shortText.nullable(),
    service: shortText.nullable(),
    trackingNumbers: z.array(code),
    lines: z.array(warehouseLine),
  }),
  'return-received': z.object({
    orderNo: code.nullable(),
    warehouse: code,
    returnRef: code,
    lines: z.array(
      z.object({
        sku: code,
        quantity: positiveQuantity,
        condition: shortText.nullable(),
        toStatus: shortText.nullable(),
      }),
    ),
  }),
  'stock-level': z.object({
    warehouse: code,
    sku: code,
    statuses: z.array(z.object({ status: shortText, quantity })),
    unlocated: quantity,
    sequence: z.number().int().nullable(),
  }),
  'stock-adjusted': z.object({
    warehouse: code,
    sku: code,
    delta: quantity,
    status: shortText,
    reason: shortText.nullable(),
    sequence: z.number().int().nullable(),
  }),
  'transfer-dispatched': z.object({
    transferRef: code,
    warehouse: code,
    otherWarehouse: code.nullable(),
    lines: z.array(z.object({ sku: code, quantity: positiveQuantity })),
  }),
  'transfer-received': z.object({
    transferRef: code,
    warehouse: code,
    otherWarehouse: code.nullable(),
    lines: z.array(z.object({ sku: code, quantity: positiveQuantity })),
  }),
  'goods-received': z.object({
    poRef: code,
    warehouse: code,
    lines: z.array(z.object({ sku: code, quantity: positiveQuantity })),
  }),
  transmission: z.object({
    outcome: z.enum(['failed', 'succeeded']),
    from: code,
    to: code,
    entity: shortText,
    ref: code,
    errorCode: shortText.nullable(),
    errorMessage: shortText.nullable(),
    attempt: z.number().int().nullable(),
  }),
  heartbeat: z.object({
    source: code,
    stream: code.nullable(),
    at: instant,
    rowCount: z.number().int().nullable(),
    lastSequence: z.number().int().nullable(),
  }),
  'bulk-completed': z.object({
    from: code,
    to: code,
    job: code,
    skus: z.array(code),
    throttled: z.boolean().nullable(),
  }),
} as const;

export type CanonicalType = keyof typeof canonicalBodies;

/**
 * `doc` is the business key of the document or event inside its source; of several versions the winner is the highest
 * (revision, occurredAt, content hash). `occurredAt` is the business clock in epoch milliseconds.
 */
export type Canonical<T extends CanonicalType = CanonicalType> = {
  [K in T]: {
    type: K;
    doc: string;
    revision: number;
    occurredAt: number;
    body: z.output<(typeof canonicalBodies)[K]>;
  };
}[T];

export type Body<T extends CanonicalType> = z.output<(typeof canonicalBodies)[T]>;

const head = {
  doc: z.string().min(1).max(500),
  revision: z.number().int().nonnegative(),
  occurredAt: instant,
};

/** The published vocabulary. Input: quantities as decimal strings, times as RFC 3339, amounts in minor units. */
export const canonicalSchema = z.discriminatedUnion(
  'type',
  Object.entries(canonicalBodies).map(([type, body]) =>
    z.object({ type: z.literal(type), ...head, body }),
  ) as unknown as [
    z.ZodObject<{ type: z.ZodLiteral<string> }>,
    ...z.ZodObject<{ type: z.ZodLiteral<string> }>[],
  ],
);
