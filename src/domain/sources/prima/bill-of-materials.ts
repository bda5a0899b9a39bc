import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readPositiveQuantity } from '../read';
import { each, refuseRepeats } from '../unreadable';

export const billOfMaterials = messageType({
  type: 'BillOfMaterials',
  keyFields: ['parentItemCode'],
  clockFields: ['modifiedAt'],
  schema: z.object({
    documentType: z.literal('BillOfMaterials'),
    parentItemCode: native.code,
    components: z.array(z.object({ itemCode: native.code, quantity: native.positiveDecimal })),
    explodeAt: z.enum(['order', 'warehouse']),
    version: native.optionalCount,
    modifiedAt: native.time,
  }),
  facts(document, head) {
    refuseRepeats('components', document.components, ({ itemCode }) => itemCode);
    return [
      fact('bill-of-materials', head, {
        parent: document.parentItemCode,
        components: each('components', document.components, ({ itemCode, quantity }) => ({
          sku: readCode(itemCode, 'itemCode'),
          quantity: readPositiveQuantity(quantity, 'quantity'),
        })),
        explodeAt: document.explodeAt,
      }),
    ];
  },
});
