/** What can be made to go wrong; each kind has its known consequences. */
export const ORDER_FAULTS = [
  'not-sent',
  'transmission-failed',
  'sku-not-synchronised',
  'rejected-unknown-sku',
  'rejected-sku-said-unknown',
  'rejected-invalid-sku-format',
  'rejected-non-stock-line',
  'rejected-bundle-not-exploded',
  'rejected-duplicate',
  'rejected-other',
  'shipment-not-posted',
  'second-shipment-not-posted',
  'fulfilment-short',
  'fulfilment-over',
  'fulfilment-line-missing',
  'never-invoiced',
  'partly-invoiced',
  'account-never-invoiced',
  'invoice-unit-price',
  'invoice-line-net',
  'posted-and-not-shipped',
  'tracking-of-another',
  'tracking-not-taken-over',
  'carriage-without-cost',
  'carriage-without-service',
  'carriage-at-another-cost',
  'invoiced-before-shipping',
  'invoiced-beyond-shipping',
  'no-tax-code',
  'unknown-tax-code',
  'unknown-unit',
  'charge-without-item',
  'return-without-refund',
  'refund-without-amount',
  'refund-without-items',
  'refund-that-does-not-add-up',
  'cancelled-and-shipped',
  'cancelled-in-the-books-only',
  'cancelled-in-the-warehouse-only',
  'transfer-failed-lately',
] as const;

export const STOCK_FAULTS = [
  'shrinkage',
  'adjustment-not-booked',
  'journal-without-goods',
  'journal-after-closing',
  'quarantine-not-booked',
  'found-beyond-receipt',
  'unlocated',
  'unmapped-status',
  'oversold',
  'misvalued',
] as const;

/** Of articles and customers as such. */
export const MASTER_FAULTS = [
  'never-synchronised',
  'sku-with-a-blank',
  'sku-too-long',
  'component-without-item',
  'kit-of-itself',
  'article-transfer-failed',
  'customer-transfer-failed',
] as const;

export const MESSAGE_FAULTS = [
  'invalid-quantity',
  'invalid-missing-key',
  'invalid-missing-type',
  'invalid-clock-1970',
  'invalid-clock-in-the-future',
  'invalid-clock-unreadable',
  'invalid-decimals',
  'invalid-out-of-range',
  'unmapped-event',
  'unmapped-document',
  'unmapped-middleware-message',
  'unresolved-order-received',
  'unresolved-credit-note',
  'contradicted-customer',
] as const;

/** Of feeds: a number of a sequence that is lost on the way; and what can happen only once, since there is one such feed. */
export const FEED_FAULTS = ['number-lost'] as const;
export const SINGULAR_FAULTS = ['silent-feed', 'last-number-lost', 'stream-behind'] as const;

export type OrderFault = (typeof ORDER_FAULTS)[number];
export type StockFault = (typeof STOCK_FAULTS)[number];
export type MessageFault = (typeof MESSAGE_FAULTS)[number];
export type MasterFault = (typeof MASTER_FAULTS)[number];
export type FaultKind =
  | OrderFault
  | StockFault
  | MessageFault
  | MasterFault
  | (typeof FEED_FAULTS)[number]
  | (typeof SINGULAR_FAULTS)[number];

/** How many of each kind; the singular ones happen at most once. */
export type FaultPlan = Partial<Record<FaultKind, number>>;

export const FAULT_KINDS: readonly FaultKind[] = [
  ...ORDER_FAULTS,
  ...STOCK_FAULTS,
  ...MESSAGE_FAULTS,
  ...MASTER_FAULTS,
  ...FEED_FAULTS,
  ...SINGULAR_FAULTS,
];

export const noFaults: FaultPlan = {};

/** Every kind, `times` times each. */
export function everyFault(times = 2): FaultPlan {
  return Object.fromEntries(FAULT_KINDS.map((kind) => [kind, times]));
}

/** `['shrinkage', 'shrinkage', …]` with the identity of each: `shrinkage-1`, `shrinkage-2`. */
export function planned<K extends FaultKind>(
  plan: FaultPlan,
  kinds: readonly K[],
): { kind: K; faultId: string }[] {
  return kinds.flatMap((kind) =>
    Array.from({ length: plan[kind] ?? 0 }, (_, n) => ({ kind, faultId: `${kind}-${n + 1}` })),
  );
}
