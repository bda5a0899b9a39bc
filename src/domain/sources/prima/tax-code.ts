import { z } from 'zod';
import { readOptionalTime } from '../clock';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readOptionalText, readQuantity } from '../read';

/** `rate` is in per cent, exact to six decimals. */
export const taxCode = messageType({
  type: 'TaxCode',
  keyFields: ['taxCode'],
  clockFields: ['modifiedAt'],
  schema: z.object({
    documentType: z.literal('TaxCode'),
    taxCode: native.code,
    country: native.optionalText,
    rate: native.decimal,
    validFrom: native.optionalTime,
    version: native.optionalCount,
    modifiedAt: native.time,
  }),
  facts: (document, head, zone) => [
    fact('tax-code', head, {
      taxCode: document.taxCode,
      country: readOptionalText(document.country, 'country'),
      rate: readQuantity(document.rate, 'rate'),
      validFrom: readOptionalTime(document.validFrom, 'validFrom', zone),
    }),
  ],
});
