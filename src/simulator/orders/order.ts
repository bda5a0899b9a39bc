import { sum, taxOn } from '../arithmetic';
import type { Channel, Customer } from '../master/customers';
import type { Currency, Item } from '../master/items';
import type { TaxCode, Uom } from '../master/prices';

export type Warehouse = 'UK1' | 'UK2';
export const WAREHOUSES: readonly Warehouse[] = ['UK1', 'UK2'];

/** One line of Prima's order: `units` of `uom`, each `factor` base units; money in minor units, without tax unless named. */
export interface OrderLine {
  lineNo: number;
  item: Item;
  units: number;
  uom: Uom;
  factor: number;
  unitPrice: number;
  discount: number;
  net: number;
  tax: TaxCode;
  nonStock: boolean;
  /** What Prima's order says instead, where it is wrong. */
  written?: { taxCode?: string | null; uom?: string };
  warehouse: Warehouse;
  /** What invoices have claimed so far. */
  invoiced: { units: number; net: number };
}

export interface Order {
  orderNo: string;
  externalRef: string | null;
  channel: Channel;
  customer: Customer;
  currency: Currency;
  orderedAt: number;
  lines: OrderLine[];
  version: number;
}

/** Goods of one line that go together: whole units of the line. */
export interface Portion {
  line: OrderLine;
  units: number;
}

/** What the warehouse handles for a portion: components where it explodes the kit itself. Base units. */
export interface PickLine {
  order_line: number;
  sku: string;
  qty: number;
}

/** Portions of one line, as a split shipment has them, are still one pick of that line. */
export function picksOf(portions: readonly Portion[]): PickLine[] {
  const sums = new Map<string, PickLine>();
  for (const pick of rawPicks(portions)) {
    const key = `${pick.order_line} ${pick.sku}`;
    const known = sums.get(key);
    sums.set(key, known ? { ...known, qty: known.qty + pick.qty } : pick);
  }
  return [...sums.values()];
}

function rawPicks(portions: readonly Portion[]): PickLine[] {
  return portions.flatMap(({ line, units }) => {
    if (line.item.kit === null)
      return [{ order_line: line.lineNo, sku: line.item.code, qty: units * line.factor }];
    return line.item.kit.components.map(({ item, quantity }) => ({
      order_line: line.lineNo,
      sku: item.code,
      qty: units * quantity,
    }));
  });
}

/** How the drifts name an order. */
export function subjectOf(order: Order): string {
  return order.externalRef ?? order.orderNo;
}

export function stockedLines(order: Order): OrderLine[] {
  return order.lines.filter((line) => !line.nonStock);
}

export function totalsOf(lines: readonly { net: number; taxAmount: number }[]): {
  net: number;
  tax: number;
  gross: number;
} {
  const net = sum(lines.map((line) => line.net));
  const tax = sum(lines.map((line) => line.taxAmount));
  return { net, tax, gross: net + tax };
}

export function lineTax(line: { net: number; tax: TaxCode }): number {
  return taxOn(line.net, line.tax.rate);
}
