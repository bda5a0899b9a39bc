import { divRound } from '../arithmetic';
import type { Currency, Item } from './items';

export type Uom = 'EA' | 'CASE' | 'PALLET';
export type PriceListName = 'RETAIL' | 'TRADE';

export function factorOf(item: Item, uom: Uom): number {
  const factor = uom === 'EA' ? 1 : uom === 'CASE' ? item.caseFactor : item.palletFactor;
  if (factor === null) throw new RangeError(`${item.code} has no ${uom}`);
  return factor;
}

/** Net price of one unit, minor units: trade pays 60 %, a case is 5 % cheaper than its pieces. */
export function priceOf(item: Item, list: PriceListName, currency: Currency, uom: Uom): number {
  const piece = list === 'TRADE' ? divRound(item.price[currency] * 60, 100) : item.price[currency];
  return uom === 'EA' ? piece : divRound(piece * factorOf(item, uom) * 95, 100);
}

export interface TaxCode {
  code: string;
  country: 'GB' | 'DE';
  /** Hundredths of a percent. */
  rate: number;
}

export const TAX_CODES: readonly TaxCode[] = [
  { code: 'S', country: 'GB', rate: 2000 },
  { code: 'Z', country: 'GB', rate: 0 },
  { code: 'DE-S', country: 'DE', rate: 1900 },
  { code: 'DE-R', country: 'DE', rate: 700 },
];

export function taxCodeOf(item: Item, country: 'GB' | 'DE'): TaxCode {
  const at = (country === 'DE' ? 2 : 0) + (item.reducedTax ? 1 : 0);
  return TAX_CODES[at] as TaxCode;
}
