import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readPositiveUnits } from '../read';
import { each } from '../unreadable';
import { event, orderLine, readOrderLine, refuseRepeatedOrderLines } from './common';

export const orderAllocated = messageType({
  type: 'order.allocated',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...event,
    event_type: z.literal('order.allocated'),
    order_ref: native.code,
    lines: z.array(orderLine.extend({ short_qty: native.positiveUnits.nullish() })),
  }),
  facts(message, head) {
    refuseRepeatedOrderLines(message.lines);
    return [
      fact('warehouse-allocated', head, {
        orderNo: readCode(message.order_ref, 'order_ref'),
        warehouse: readCode(message.warehouse, 'warehouse'),
        lines: each('lines', message.lines, (line) =>
          Object.assign(readOrderLine(line), {
            short: readPositiveUnits(line.short_qty ?? 0, 'short_qty'),
          }),
        ),
      }),
    ];
  },
});
