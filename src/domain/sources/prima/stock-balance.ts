import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readMoney, readOptionalQuantity, readQuantity, readText } from '../read';

/** Counts may be negative: an oversold balance is a fact, and a detector's business. */
export const stockBalance = messageType({
  type: 'StockBalance',
  keyFields: ['warehouse', 'itemCode'],
  clockFields: ['asOf', 'modifiedAt'],
  schema: z.object({
    documentType: z.literal('StockBalance'),
    asOf: native.optionalTime,
    warehouse: native.code,
    itemCode: native.code,
    uom: native.text,
    physical: native.decimal,
    allocated: native.decimal,
    quarantine: native.decimal,
    inTransit: native.optionalDecimal,
    unitCost: native.money,
    bookValue: native.money,
    version: native.optionalCount,
    modifiedAt: native.fallbackTime,
  }),
  facts: (document, head) => [
    fact('stock-balance', head, {
      warehouse: document.warehouse,
      sku: document.itemCode,
      uom: readText(document.uom, 'uom'),
      physical: readQuantity(document.physical, 'physical'),
      allocated: readQuantity(document.allocated, 'allocated'),
      quarantined: readQuantity(document.quarantine, 'quarantine'),
      inTransit: readOptionalQuantity(document.inTransit, 'inTransit'),
      unitCost: readMoney(document.unitCost, 'unitCost'),
      bookValue: readMoney(document.bookValue, 'bookValue'),
    }),
  ],
});
