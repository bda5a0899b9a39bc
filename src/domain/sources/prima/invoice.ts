import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readCurrency, readOptionalCode, readOptionalCount } from '../read';
import { each, refuseRepeats } from '../unreadable';
import { pricedLine, readPricedLine, readTotals } from './lines';

export const invoice = messageType({
  type: 'Invoice',
  keyFields: ['invoiceNo'],
  clockFields: ['postedAt', 'modifiedAt'],
  schema: z.object({
    documentType: z.literal('Invoice'),
    invoiceNo: native.code,
    /** Absent on a consolidated invoice, whose lines name their orders. */
    salesOrderNo: native.optionalCode,
    fulfilmentNos: z.array(native.code).nullish(),
    customerAccount: native.optionalCode,
    currency: native.currency,
    postedAt: native.optionalTime,
    lines: z.array(
      pricedLine.extend({ salesOrderNo: native.optionalCode, orderLineNo: native.optionalCount }),
    ),
    totals: native.totals,
    version: native.optionalCount,
    modifiedAt: native.fallbackTime,
  }),
  facts(document, head) {
    const currency = readCurrency(document.currency, 'currency');
    refuseRepeats('lines', document.lines, (line) => line.lineNo);
    return [
      fact('invoice', head, {
        invoiceNo: document.invoiceNo,
        orderNo: readOptionalCode(document.salesOrderNo, 'salesOrderNo'),
        fulfilmentNos: each('fulfilmentNos', document.fulfilmentNos ?? [], (text) => readCode(text, '')),
        customer: readOptionalCode(document.customerAccount, 'customerAccount'),
        currency,
        lines: each('lines', document.lines, (line) =>
          Object.assign(readPricedLine(line, currency), {
            orderNo: readOptionalCode(line.salesOrderNo, 'salesOrderNo'),
            orderLineNo: readOptionalCount(line.orderLineNo, 'orderLineNo'),
          }),
        ),
        totals: readTotals(document.totals, currency),
      }),
    ];
  },
});
