import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readOptionalCode, readQuantity, readText } from '../read';

export const stockReservation = messageType({
  type: 'StockReservation',
  keyFields: ['reservationNo'],
  clockFields: ['reservedAt', 'modifiedAt'],
  schema: z.object({
    documentType: z.literal('StockReservation'),
    reservationNo: native.code,
    externalRef: native.optionalCode,
    trigger: native.text,
    warehouse: native.code,
    itemCode: native.code,
    quantity: native.decimal,
    reservedAt: native.optionalTime,
    version: native.optionalCount,
    modifiedAt: native.fallbackTime,
  }),
  facts: (document, head) => [
    fact('stock-reservation', head, {
      reservationNo: document.reservationNo,
      externalRef: readOptionalCode(document.externalRef, 'externalRef'),
      trigger: readText(document.trigger, 'trigger'),
      warehouse: readCode(document.warehouse, 'warehouse'),
      sku: readCode(document.itemCode, 'itemCode'),
      quantity: readQuantity(document.quantity, 'quantity'),
    }),
  ],
});
