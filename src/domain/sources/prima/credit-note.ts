import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCurrency, readOptionalCode, readOptionalText } from '../read';
import { each, refuseRepeats } from '../unreadable';
import { pricedLine, readPricedLine, readTotals } from './lines';

export const creditNote = messageType({
  type: 'CreditNote',
  keyFields: ['creditNoteNo'],
  clockFields: ['postedAt', 'modifiedAt'],
  schema: z.object({
    documentType: z.literal('CreditNote'),
    creditNoteNo: native.code,
    invoiceNo: native.optionalCode,
    salesOrderNo: native.optionalCode,
    returnRef: native.optionalCode,
    currency: native.currency,
    postedAt: native.optionalTime,
    reason: native.optionalText,
    lines: z.array(pricedLine),
    totals: native.totals,
    version: native.optionalCount,
    modifiedAt: native.fallbackTime,
  }),
  facts(document, head) {
    const currency = readCurrency(document.currency, 'currency');
    refuseRepeats('lines', document.lines, (line) => line.lineNo);
    return [
      fact('credit-note', head, {
        creditNoteNo: document.creditNoteNo,
        invoiceNo: readOptionalCode(document.invoiceNo, 'invoiceNo'),
        orderNo: readOptionalCode(document.salesOrderNo, 'salesOrderNo'),
        returnRef: readOptionalCode(document.returnRef, 'returnRef'),
        currency,
        reason: readOptionalText(document.reason, 'reason'),
        lines: each('lines', document.lines, (line) => readPricedLine(line, currency)),
        totals: readTotals(document.totals, currency),
      }),
    ];
  },
});
