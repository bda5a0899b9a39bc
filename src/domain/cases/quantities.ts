/** Quantities in base units: units converted by the item's factors, kits exploded where the warehouse explodes them. */
import { MICRO, exact, mulDiv } from '../exact';
import type { Body } from '../facts/canonical';
import { kitAt } from './kits';
import type { ProductState } from './product';

export type LookProduct = (sku: string) => ProductState | null;

/** Kits within kits. */
export const MAX_DEPTH = 8;

export interface UnitLine {
  sku: string;
  quantity: number;
  uom: string | null;
}

/** Base micro-units, or null where the product does not have the unit (or is not known and the unit is not plainly each). */
export function toBase(line: UnitLine, look: LookProduct): number | null {
  if (line.uom === null) return line.quantity;
  const item = look(line.sku)?.items[0]?.value;
  // As most write it: upper case is asked for only where the words differ.
  if (item?.baseUom === line.uom) return line.quantity;
  const uom = line.uom.toUpperCase();
  if (!item) return uom === 'EA' ? line.quantity : null;
  if (item.baseUom.toUpperCase() === uom) return line.quantity;
  const unit = item.uoms.find((each) => each.uom.toUpperCase() === uom);
  return unit ? mulDiv(line.quantity, unit.factor, MICRO) : null;
}

/** Whether the product has the unit, whatever its case. */
export function hasUnit(item: Body<'item'>, uom: string): boolean {
  if (item.baseUom === uom) return true;
  const wanted = uom.toUpperCase();
  if (item.baseUom.toUpperCase() === wanted) return true;
  for (const unit of item.uoms) if (unit.uom.toUpperCase() === wanted) return true;
  return false;
}

/**
 * Base micro-units per SKU after explosion, by the kits of that instant. A unit that cannot be converted leaves its SKU at
 * null: unknown, not zero. A kit in a kit is taken apart as well; one that leads back to itself stays whole there.
 */
export function perSku(
  lines: readonly UnitLine[],
  look: LookProduct,
  at: number,
): Map<string, number | null> {
  const sums = new Map<string, number | null>();
  const add = (sku: string, quantity: number | null) => {
    const known = sums.get(sku);
    sums.set(sku, known === null || quantity === null ? null : exact((known ?? 0) + quantity));
  };
  const explode = (sku: string, quantity: number | null, within: readonly string[]) => {
    const product = look(sku);
    const kit = product && kitAt(product, at)?.value;
    if (kit?.explodeAt !== 'warehouse' || within.includes(sku) || within.length >= MAX_DEPTH) {
      add(sku, quantity);
      return;
    }
    for (const part of kit.components)
      explode(part.sku, quantity === null ? null : mulDiv(quantity, part.quantity, MICRO), [...within, sku]);
  };
  for (const line of lines) explode(line.sku, toBase(line, look), []);
  return sums;
}

export function isStocked(sku: string, nonStock: boolean, look: LookProduct): boolean {
  return !nonStock && look(sku)?.items[0]?.value.stockManaged !== false;
}
