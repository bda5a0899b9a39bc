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
] as const;

export const STOCK_FAULTS = [
  'shrinkage',
  'adjustment-not-booked',
  'journal-without-goods',
  'journal-after-closing',
  'quarantine-not-booked',
  'found-beyond-receipt',
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
] as const;

export const OTHER_FAULTS = ['never-synchronised', 'silent-feed'] as const;

export type OrderFault = (typeof ORDER_FAULTS)[number];
export type StockFault = (typeof STOCK_FAULTS)[number];
export type MessageFault = (typeof MESSAGE_FAULTS)[number];
export type FaultKind = OrderFault | StockFault | MessageFault | (typeof OTHER_FAULTS)[number];

/** How many of each kind; `silent-feed` happens at most once. */
export type FaultPlan = Partial<Record<FaultKind, number>>;

export const FAULT_KINDS: readonly FaultKind[] = [
  ...ORDER_FAULTS,
  ...STOCK_FAULTS,
  ...MESSAGE_FAULTS,
  ...OTHER_FAULTS,
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
