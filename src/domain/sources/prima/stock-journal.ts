import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readMoney, readOptionalCode, readQuantity, readText } from '../read';

export const stockJournal = messageType({
  type: 'StockJournal',
  keyFields: ['journalNo'],
  clockFields: ['postedAt', 'modifiedAt'],
  schema: z.object({
    documentType: z.literal('StockJournal'),
    journalNo: native.code,
    warehouse: native.code,
    itemCode: native.code,
    quantity: native.decimal,
    value: native.money,
    reason: native.text,
    reference: native.optionalCode,
    postedAt: native.optionalTime,
    version: native.optionalCount,
    modifiedAt: native.fallbackTime,
  }),
  facts: (document, head) => [
    fact('stock-journal', head, {
      journalNo: document.journalNo,
      warehouse: readCode(document.warehouse, 'warehouse'),
      sku: readCode(document.itemCode, 'itemCode'),
      quantity: readQuantity(document.quantity, 'quantity'),
      reason: readText(document.reason, 'reason'),
      reference: readOptionalCode(document.reference, 'reference'),
      value: readMoney(document.value, 'value'),
    }),
  ],
});
