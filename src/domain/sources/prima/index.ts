import { requiredCode, nativeKind } from '../native-kind';
import type { Fields } from '../message-type';
import { billOfMaterials } from './bill-of-materials';
import { creditNote } from './credit-note';
import { customer } from './customer';
import { invoice } from './invoice';
import { item } from './item';
import { itemFulfilment } from './item-fulfilment';
import { priceList } from './price-list';
import { refundRequest } from './refund-request';
import { salesOrder } from './sales-order';
import { stockBalance } from './stock-balance';
import { stockJournal } from './stock-journal';
import { stockReservation } from './stock-reservation';
import { taxCode } from './tax-code';
import { Unreadable } from '../unreadable';

/** The ERP: orders, stock and invoices as the books know them. Every stream is a document type. */
export const prima = nativeKind({
  kind: 'prima',
  typeField: 'documentType',
  messages: [
    salesOrder,
    itemFulfilment,
    invoice,
    creditNote,
    refundRequest,
    stockBalance,
    stockReservation,
    item,
    billOfMaterials,
    priceList,
    customer,
    taxCode,
    stockJournal,
  ],
  key(message, type, document) {
    if (!document) throw new Unreadable('documentType', 'only a known document has a number');
    const [only] = document.keyFields;
    if (document.keyFields.length === 1 && only !== undefined)
      return `${type}/${requiredCode(message, only)}`;
    return `${type}/${document.keyFields.map((field) => keyPart(message, field)).join('/')}`;
  },
  clockFields: ['modifiedAt'],
  orderField: 'salesOrderNo',
  revisionField: 'version',
  streamOf: (type) => type ?? 'unknown',
  transportFields: [],
  webhook: null,
});

/** Escaped, so that two different composite keys never have the same text. A field named with `?` may be absent. */
function keyPart(message: Fields, field: string): string {
  const name = field.endsWith('?') ? field.slice(0, -1) : field;
  if (name !== field && (message[name] ?? null) === null) return '';
  return requiredCode(message, name).replace(/[%/]/g, encodeURIComponent);
}
