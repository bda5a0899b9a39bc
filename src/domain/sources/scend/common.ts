import { z } from 'zod';
import * as native from '../native';
import { readCode, readOptionalCount, readPositiveUnits } from '../read';
import { each, refuseRepeats } from '../unreadable';

/** What every event carries. */
export const event = {
  event_id: native.code,
  occurred_at: native.time,
  warehouse: native.code,
};

export const orderLine = z.object({
  order_line: native.optionalCount,
  sku: native.code,
  qty: native.positiveUnits,
});

export const skuLine = z.object({ sku: native.code, qty: native.positiveUnits });

export function readOrderLine(line: z.output<typeof orderLine>) {
  return {
    orderLine: readOptionalCount(line.order_line, 'order_line'),
    sku: readCode(line.sku, 'sku'),
    quantity: readPositiveUnits(line.qty, 'qty'),
  };
}

/** Lines that repeat the order's: one per order line and SKU (a kit's line may come as several SKUs). */
export function readOrderLines(lines: readonly z.output<typeof orderLine>[]) {
  refuseRepeatedOrderLines(lines);
  return each('lines', lines, readOrderLine);
}

export function refuseRepeatedOrderLines(lines: readonly z.output<typeof orderLine>[]): void {
  const numbered = lines.every((line) => typeof line.order_line === 'number');
  if (numbered) refuseRepeats('lines', lines, (line) => `${line.order_line} ${line.sku}`);
}

/** Counted goods: one SKU may come on several pallets, so on several lines; they add up. */
export function readSkuLines(lines: readonly z.output<typeof skuLine>[]) {
  return each('lines', lines, (line) => ({
    sku: readCode(line.sku, 'sku'),
    quantity: readPositiveUnits(line.qty, 'qty'),
  }));
}
