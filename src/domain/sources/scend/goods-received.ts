import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode } from '../read';
import { event, readSkuLines, skuLine } from './common';

export const goodsReceived = messageType({
  type: 'goods.received',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...event,
    event_type: z.literal('goods.received'),
    po_ref: native.code,
    lines: z.array(skuLine),
  }),
  facts: (message, head) => [
    fact('goods-received', head, {
      poRef: readCode(message.po_ref, 'po_ref'),
      warehouse: readCode(message.warehouse, 'warehouse'),
      lines: readSkuLines(message.lines),
    }),
  ],
});
