/** Every drift that is looked for. A new detector is one file and one line here. */
import type { CaseKind } from '../cases/kinds';
import type { Detector } from './detector';
import { bomMismatch } from './detectors/bom-mismatch';
import { carrierCostMismatch } from './detectors/carrier-cost-mismatch';
import { carrierCostMissing } from './detectors/carrier-cost-missing';
import { checkIncomplete } from './detectors/check-incomplete';
import { conflictingDuplicate } from './detectors/conflicting-duplicate';
import { feedBehind } from './detectors/feed-behind';
import { feedGap } from './detectors/feed-gap';
import { feedStale } from './detectors/feed-stale';
import { fulfilmentNotInvoiced } from './detectors/fulfilment-not-invoiced';
import { fulfilmentNotShipped } from './detectors/fulfilment-not-shipped';
import { fulfilmentQuantityMismatch } from './detectors/fulfilment-quantity-mismatch';
import { invoiceNotFulfilled } from './detectors/invoice-not-fulfilled';
import { invoicePriceMismatch } from './detectors/invoice-price-mismatch';
import { messageInvalid, messageUnmapped } from './detectors/message';
import { nonStockItemMissing } from './detectors/non-stock-item-missing';
import { orderNotInWarehouse } from './detectors/order-not-in-warehouse';
import { orderRejected } from './detectors/order-rejected';
import { oversold } from './detectors/oversold';
import { referenceUnresolved } from './detectors/reference-unresolved';
import { refundIncomplete } from './detectors/refund-incomplete';
import { returnNotRefunded } from './detectors/return-not-refunded';
import { shipmentNotInErp } from './detectors/shipment-not-in-erp';
import { skuFormatInvalid } from './detectors/sku-format-invalid';
import { skuNotInWarehouse } from './detectors/sku-not-in-warehouse';
import { statusConflict } from './detectors/status-conflict';
import { stockMismatch } from './detectors/stock-mismatch';
import { stockStatusUnmapped } from './detectors/stock-status-unmapped';
import { stockUnlocated } from './detectors/stock-unlocated';
import { stockValuationMismatch } from './detectors/stock-valuation-mismatch';
import { taxCodeMissing } from './detectors/tax-code-missing';
import { trackingMismatch } from './detectors/tracking-mismatch';
import { transmissionFailed } from './detectors/transmission-failed';
import { uomUnmapped } from './detectors/uom-unmapped';

type AnyDetector = { [K in CaseKind]: Detector<K> }[CaseKind];

export const catalogue: readonly AnyDetector[] = [
  orderRejected,
  orderNotInWarehouse,
  statusConflict,
  shipmentNotInErp,
  fulfilmentNotShipped,
  fulfilmentQuantityMismatch,
  trackingMismatch,
  fulfilmentNotInvoiced,
  invoiceNotFulfilled,
  invoicePriceMismatch,
  carrierCostMissing,
  carrierCostMismatch,
  ...returnNotRefunded,
  ...refundIncomplete,
  taxCodeMissing,
  nonStockItemMissing,
  ...uomUnmapped,
  stockMismatch,
  oversold,
  stockUnlocated,
  stockStatusUnmapped,
  stockValuationMismatch,
  skuNotInWarehouse,
  skuFormatInvalid,
  bomMismatch,
  ...transmissionFailed,
  feedStale,
  feedBehind,
  feedGap,
  messageInvalid,
  messageUnmapped,
  ...referenceUnresolved,
  ...conflictingDuplicate,
  ...checkIncomplete,
];

const byKind = new Map<CaseKind, Detector[]>();
for (const each of catalogue) {
  const known = byKind.get(each.on);
  // The kind of its case is what a detector is called with: `on` and the state always belong together.
  const one = each as unknown as Detector;
  if (known) known.push(one);
  else byKind.set(each.on, [one]);
}

export function detectorsOf(kind: CaseKind): readonly Detector[] {
  return byKind.get(kind) ?? [];
}

/** Which detectors' drifts, on the same subject, make a drift of `code` a mere consequence. */
export const supersededBy: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const table = new Map<string, Set<string>>();
  for (const { code, supersedes } of catalogue) {
    for (const lesser of supersedes) table.set(lesser, (table.get(lesser) ?? new Set()).add(code));
  }
  return table;
})();
