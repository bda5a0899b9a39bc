import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readMoney, readOptionalCode, readOptionalText, readText } from '../read';
import { each, refuseRepeats } from '../unreadable';
import { goodsLine, readGoodsLine } from './lines';

export const itemFulfilment = messageType({
  type: 'ItemFulfilment',
  keyFields: ['fulfilmentNo'],
  clockFields: ['shippedAt', 'modifiedAt'],
  schema: z.object({
    documentType: z.literal('ItemFulfilment'),
    fulfilmentNo: native.code,
    salesOrderNo: native.code,
    status: native.text,
    shippedAt: native.optionalTime,
    warehouse: native.optionalCode,
    warehouseDispatchRef: native.optionalCode,
    trackingNumbers: z.array(native.code).nullish(),
    carrier: native.optionalText,
    service: native.optionalText,
    carrierCost: native.money,
    lines: z.array(goodsLine),
    version: native.optionalCount,
    modifiedAt: native.fallbackTime,
  }),
  facts(document, head) {
    refuseRepeats('lines', document.lines, (line) => line.lineNo);
    return [
      fact('fulfilment', head, {
        fulfilmentNo: document.fulfilmentNo,
        orderNo: readCode(document.salesOrderNo, 'salesOrderNo'),
        status: readText(document.status, 'status'),
        warehouse: readOptionalCode(document.warehouse, 'warehouse'),
        dispatchRef: readOptionalCode(document.warehouseDispatchRef, 'warehouseDispatchRef'),
        trackingNumbers: each('trackingNumbers', document.trackingNumbers ?? [], (text) =>
          readCode(text, ''),
        ),
        carrier: readOptionalText(document.carrier, 'carrier'),
        service: readOptionalText(document.service, 'service'),
        carrierCost: readMoney(document.carrierCost, 'carrierCost'),
        lines: each('lines', document.lines, readGoodsLine),
      }),
    ];
  },
});
