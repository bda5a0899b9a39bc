/** Master data as Prima writes them, and what the warehouse and the middleware say about taking them over. */
import { decimal } from '../arithmetic';
import * as middleware from '../middleware-messages';
import { WAREHOUSES } from '../orders/order';
import * as scend from '../scend-events';
import type { Scene } from '../scene';
import { iso, MINUTE, SECOND } from '../timeline';
import type { Customer } from './customers';
import { allItems } from './items';
import type { Currency, Item } from './items';
import { priceOf, TAX_CODES } from './prices';
import type { PriceListName, TaxCode, Uom } from './prices';

const version1 = (at: number) => ({ version: 1, modifiedAt: iso(at) });

const itemDocument = (item: Item) => ({
  documentType: 'Item' as const,
  itemCode: item.code,
  description: item.description,
  status: item.status,
  stockManaged: item.stockManaged,
  baseUom: 'EA',
  uoms: [
    { uom: 'EA', factor: '1' },
    ...(item.caseFactor === null ? [] : [{ uom: 'CASE', factor: String(item.caseFactor) }]),
    ...(item.palletFactor === null ? [] : [{ uom: 'PALLET', factor: String(item.palletFactor) }]),
  ],
  taxCode: item.reducedTax ? 'Z' : 'S',
  weightG: item.weightG,
  customsCode: String(42_000_000 + (item.serial % 99_999)),
  countryOfOrigin: item.serial % 3 === 0 ? 'IT' : 'PT',
  supplierCode: `SUP-${item.serial % 17}`,
  barcode: String(5_012_345_000_000 + item.serial),
  ...version1(item.createdAt),
});

const billOfMaterials = (item: Item) => ({
  documentType: 'BillOfMaterials' as const,
  parentItemCode: item.code,
  components: (item.kit?.components ?? []).map((c) => ({
    itemCode: c.item.code,
    quantity: String(c.quantity),
  })),
  explodeAt: item.kit?.explodeAt ?? 'order',
  ...version1(item.createdAt + SECOND),
});

const price = (item: Item, list: PriceListName, currency: Currency, uom: Uom) => ({
  documentType: 'PriceList' as const,
  priceList: list,
  currency,
  itemCode: item.code,
  uom,
  unitPrice: decimal(priceOf(item, list, currency, uom)),
  taxIncluded: false,
  validFrom: iso(item.createdAt),
  ...version1(item.createdAt + 2 * SECOND),
});

const customerDocument = (c: Customer, at: number) => ({
  documentType: 'Customer' as const,
  customerAccount: c.account,
  name: c.name,
  email: c.email,
  taxId: c.terms === 'prepaid' ? null : `${c.country}${123_456_000 + c.serial}`,
  paymentTerms: c.terms,
  priceList: c.priceList,
  externalIds: {
    scayle: c.channel === 'scayle' ? `CUST-${c.serial}` : null,
    orocommerce: c.channel === 'orocommerce' ? String(c.serial) : null,
    sfmc: null,
  },
  address: {
    line1: `${c.serial} High St`,
    postcode: c.country === 'GB' ? 'N1 1AA' : '10115',
    country: c.country,
  },
  consent: { email: 'opted_in' },
  consentChangedAt: iso(at),
  ...version1(at),
});

const taxCode = (code: TaxCode, at: number, version: number) => ({
  documentType: 'TaxCode' as const,
  taxCode: code.code,
  country: code.country,
  rate: decimal(code.rate),
  validFrom: '2021-01-01T00:00:00Z',
  version,
  modifiedAt: iso(at),
});

/** Everything that was there before the first order. */
export function tellMasterData(scene: Scene): void {
  const { recorder, times, catalogue, customers } = scene;
  for (const code of TAX_CODES) recorder.prima(times.setupAt, taxCode(code, times.setupAt, 1));
  for (const customer of customers) recorder.prima(times.setupAt, customerDocument(customer, times.setupAt));
  for (const item of allItems(catalogue)) {
    tellItem(scene, item);
    const uoms: Uom[] = item.caseFactor === null ? ['EA'] : ['EA', 'CASE'];
    for (const list of ['RETAIL', 'TRADE'] as const) {
      for (const currency of ['GBP', 'EUR'] as const) {
        for (const uom of uoms) recorder.prima(item.createdAt + 2 * SECOND, price(item, list, currency, uom));
      }
    }
  }
  tellBulkJob(scene);
}

function tellItem(scene: Scene, item: Item): void {
  const { recorder } = scene;
  recorder.prima(item.createdAt, itemDocument(item));
  if (item.kit) recorder.prima(item.createdAt + SECOND, billOfMaterials(item));
  if (item.synchronisedAfter === null) return;
  for (const [n, warehouse] of WAREHOUSES.entries()) {
    const at = item.createdAt + item.synchronisedAfter + n * SECOND;
    recorder.scend(at, scend.itemSynchronised(recorder.nextEventId(), at, warehouse, item.code));
  }
}

function tellBulkJob(scene: Scene): void {
  const { recorder, numbers, catalogue, times } = scene;
  const at = times.setupAt + 30 * MINUTE;
  const skus = catalogue.general.slice(0, 25).map((item) => item.code);
  recorder.middleware(at, middleware.bulkCompleted(numbers, at, numbers.next('J-', 7), skus));
}

/** The last word of both feeds: ordinary documents that change nothing and move the clocks past every due time. */
export function tellLastWords(scene: Scene): void {
  const { recorder, times, catalogue, numbers } = scene;
  const at = times.endAt;
  for (const code of TAX_CODES) recorder.prima(at, taxCode(code, at, 2));
  const item = catalogue.general[0] as Item;
  recorder.scend(at, scend.itemSynchronised(recorder.nextEventId(), at, 'UK1', item.code));
  for (const source of ['prima', 'scend'] as const) {
    recorder.middleware(at, middleware.heartbeat(numbers, at, source, at));
  }
}
