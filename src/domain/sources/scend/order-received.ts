import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode } from '../read';
import { event, orderLine, readOrderLines } from './common';

export const orderReceived = messageType({
  type: 'order.received',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...event,
    event_type: z.literal('order.received'),
    order_ref: native.code,
    lines: z.array(orderLine),
  }),
  facts: (message, head) => [
    fact('warehouse-received', head, {
      orderNo: readCode(message.order_ref, 'order_ref'),
      warehouse: readCode(message.warehouse, 'warehouse'),
      lines: readOrderLines(message.lines),
    }),
  ],
});
