import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readProse, readText } from '../read';
import { event, orderLine, readOrderLines } from './common';

export const orderRejected = messageType({
  type: 'order.rejected',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...event,
    event_type: z.literal('order.rejected'),
    order_ref: native.code,
    reason_code: native.text,
    reason: native.prose,
    /** Absent when the order as a whole is refused. */
    lines: z.array(orderLine).nullish(),
  }),
  facts: (message, head) => [
    fact('warehouse-rejected', head, {
      orderNo: readCode(message.order_ref, 'order_ref'),
      warehouse: readCode(message.warehouse, 'warehouse'),
      reasonCode: readText(message.reason_code, 'reason_code'),
      reason: readProse(message.reason),
      lines: readOrderLines(message.lines ?? []),
    }),
  ],
});
