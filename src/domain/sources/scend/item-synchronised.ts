import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readOptionalCode, readOptionalText } from '../read';
import { event } from './common';

export const itemSynchronised = messageType({
  type: 'item.synchronised',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...event,
    event_type: z.literal('item.synchronised'),
    warehouse: native.optionalCode,
    sku: native.code,
    base_uom: native.optionalText,
  }),
  facts: (message, head) => [
    fact('item-synchronised', head, {
      sku: readCode(message.sku, 'sku'),
      warehouse: readOptionalCode(message.warehouse, 'warehouse'),
      baseUom: readOptionalText(message.base_uom, 'base_uom'),
    }),
  ],
});
