import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readOptionalCode, readOptionalText, readProse } from '../read';

export const customer = messageType({
  type: 'Customer',
  keyFields: ['customerAccount'],
  clockFields: ['modifiedAt'],
  schema: z.object({
    documentType: z.literal('Customer'),
    customerAccount: native.code,
    name: native.prose,
    paymentTerms: native.optionalText,
    priceList: native.optionalCode,
    version: native.optionalCount,
    modifiedAt: native.time,
  }),
  facts: (document, head) => [
    fact('customer', head, {
      customer: document.customerAccount,
      name: readProse(document.name),
      paymentTerms: readOptionalText(document.paymentTerms, 'paymentTerms'),
      priceList: readOptionalCode(document.priceList, 'priceList'),
    }),
  ],
});
