import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readOptionalText, readPositiveQuantity, readProse, readText } from '../read';
import { each, refuseRepeats, Unreadable } from '../unreadable';

export const item = messageType({
  type: 'Item',
  keyFields: ['itemCode'],
  clockFields: ['modifiedAt'],
  schema: z.object({
    documentType: z.literal('Item'),
    itemCode: native.code,
    description: native.prose,
    status: native.text,
    stockManaged: native.flag,
    baseUom: native.text,
    uoms: z.array(z.object({ uom: native.text, factor: native.positiveDecimal })).nullish(),
    taxCode: native.optionalText,
    version: native.optionalCount,
    modifiedAt: native.time,
  }),
  facts(document, head) {
    const uoms = document.uoms ?? [];
    // Units compare case-insensitively everywhere.
    refuseRepeats('uoms', uoms, ({ uom }) => uom.toLowerCase());
    return [
      fact('item', head, {
        sku: document.itemCode,
        description: readProse(document.description),
        status: readText(document.status, 'status'),
        stockManaged: document.stockManaged,
        baseUom: readText(document.baseUom, 'baseUom'),
        uoms: each('uoms', uoms, ({ uom, factor }) => ({
          uom: readText(uom, 'uom'),
          factor: readFactor(factor),
        })),
        taxCode: readOptionalText(document.taxCode, 'taxCode'),
      }),
    ];
  },
});

/** Base units in one unit. Quantities are divided by it. */
function readFactor(value: unknown): number {
  const factor = readPositiveQuantity(value, 'factor');
  if (factor === 0) throw new Unreadable('factor', 'must not be zero');
  return factor;
}
