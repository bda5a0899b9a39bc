import { z } from 'zod';
import { readOptionalTime } from '../clock';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCurrency, readOptionalCode, readOptionalText, readText } from '../read';
import { each, refuseRepeats } from '../unreadable';
import { pricedLine, readPricedLine, readTotals } from './lines';

export const salesOrder = messageType({
  type: 'SalesOrder',
  keyFields: ['salesOrderNo'],
  clockFields: ['orderedAt', 'modifiedAt'],
  schema: z.object({
    documentType: z.literal('SalesOrder'),
    salesOrderNo: native.code,
    externalRef: native.optionalCode,
    channel: native.optionalText,
    customerAccount: native.optionalCode,
    currency: native.currency,
    orderedAt: native.optionalTime,
    status: native.text,
    paymentTerms: native.optionalText,
    discountCodes: z.array(native.text).nullish(),
    lines: z.array(pricedLine.extend({ isNonStock: native.optionalFlag })),
    totals: native.totals,
    version: native.optionalCount,
    modifiedAt: native.optionalTime,
  }),
  facts(order, head, zone) {
    const currency = readCurrency(order.currency, 'currency');
    refuseRepeats('lines', order.lines, (line) => line.lineNo);
    return [
      fact('sales-order', head, {
        orderNo: order.salesOrderNo,
        externalRef: readOptionalCode(order.externalRef, 'externalRef'),
        channel: readOptionalText(order.channel, 'channel'),
        customer: readOptionalCode(order.customerAccount, 'customerAccount'),
        currency,
        status: readText(order.status, 'status'),
        modifiedAt: readOptionalTime(order.modifiedAt, 'modifiedAt', zone) ?? head.occurredAt,
        paymentTerms: readOptionalText(order.paymentTerms, 'paymentTerms'),
        discountCodes: each('discountCodes', order.discountCodes ?? [], (text) => readText(text, '')),
        lines: each('lines', order.lines, (line) =>
          Object.assign(readPricedLine(line, currency), { nonStock: line.isNonStock ?? false }),
        ),
        totals: readTotals(order.totals, currency),
      }),
    ];
  },
});
