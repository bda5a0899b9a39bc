import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCurrency, readOptionalAmount, readOptionalCode, readOptionalQuantity } from '../read';
import { each } from '../unreadable';

/** Without `amount` or `refund_items` it is incomplete, which a detector reports; it is not invalid. */
export const refundRequest = messageType({
  type: 'RefundRequest',
  keyFields: ['refundNo'],
  clockFields: ['requestedAt', 'modifiedAt'],
  schema: z.object({
    documentType: z.literal('RefundRequest'),
    refundNo: native.code,
    salesOrderNo: native.optionalCode,
    returnRef: native.optionalCode,
    currency: native.currency,
    amount: native.optionalDecimal,
    refund_items: z
      .array(
        z.object({
          itemCode: native.optionalCode,
          quantity: native.optionalDecimal,
          amount: native.optionalDecimal,
        }),
      )
      .nullish(),
    requestedAt: native.optionalTime,
    version: native.optionalCount,
    modifiedAt: native.fallbackTime,
  }),
  facts(document, head) {
    const currency = readCurrency(document.currency, 'currency');
    return [
      fact('refund-request', head, {
        refundNo: document.refundNo,
        orderNo: readOptionalCode(document.salesOrderNo, 'salesOrderNo'),
        returnRef: readOptionalCode(document.returnRef, 'returnRef'),
        currency,
        amount: readOptionalAmount(document.amount, currency, 'amount'),
        items: document.refund_items
          ? each('refund_items', document.refund_items, (item) => ({
              sku: readOptionalCode(item.itemCode, 'itemCode'),
              quantity: readOptionalQuantity(item.quantity, 'quantity'),
              amount: readOptionalAmount(item.amount, currency, 'amount'),
            }))
          : null,
      }),
    ];
  },
});
