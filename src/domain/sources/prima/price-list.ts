import { z } from 'zod';
import { readOptionalTime } from '../clock';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readAmount, readCurrency } from '../read';

/** One price of a list. Its clock is `modifiedAt`: `validFrom` is part of its name and may lie ahead. */
export const priceList = messageType({
  type: 'PriceList',
  keyFields: ['priceList', 'currency', 'itemCode', 'uom', 'validFrom?'],
  clockFields: ['modifiedAt'],
  schema: z.object({
    documentType: z.literal('PriceList'),
    priceList: native.code,
    currency: native.currency,
    itemCode: native.code,
    uom: native.code,
    unitPrice: native.decimal,
    taxIncluded: native.optionalFlag,
    validFrom: native.optionalTime,
    version: native.optionalCount,
    modifiedAt: native.time,
  }),
  facts(document, head, zone) {
    const currency = readCurrency(document.currency, 'currency');
    return [
      fact('price', head, {
        priceList: document.priceList,
        currency,
        sku: document.itemCode,
        uom: document.uom,
        unitPrice: readAmount(document.unitPrice, currency, 'unitPrice'),
        taxIncluded: document.taxIncluded ?? null,
        validFrom: readOptionalTime(document.validFrom, 'validFrom', zone),
      }),
    ];
  },
});
