import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode } from '../read';
import { event } from './common';

export const orderCancelled = messageType({
  type: 'order.cancelled',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({ ...event, event_type: z.literal('order.cancelled'), order_ref: native.code }),
  facts: (message, head) => [
    fact('warehouse-cancelled', head, {
      orderNo: readCode(message.order_ref, 'order_ref'),
      warehouse: readCode(message.warehouse, 'warehouse'),
    }),
  ],
});
