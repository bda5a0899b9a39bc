import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readOptionalCode, readOptionalText, readPositiveUnits } from '../read';
import { each } from '../unreadable';
import { event, skuLine } from './common';

export const returnReceived = messageType({
  type: 'return.received',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...event,
    event_type: z.literal('return.received'),
    /** Absent when the parcel came back without papers. */
    order_ref: native.optionalCode,
    rma_ref: native.code,
    lines: z.array(skuLine.extend({ condition: native.optionalText, to_status: native.optionalText })),
  }),
  facts: (message, head) => [
    fact('return-received', head, {
      orderNo: readOptionalCode(message.order_ref, 'order_ref'),
      warehouse: readCode(message.warehouse, 'warehouse'),
      returnRef: readCode(message.rma_ref, 'rma_ref'),
      lines: each('lines', message.lines, (line) => ({
        sku: readCode(line.sku, 'sku'),
        quantity: readPositiveUnits(line.qty, 'qty'),
        condition: readOptionalText(line.condition, 'condition'),
        toStatus: readOptionalText(line.to_status, 'to_status'),
      })),
    }),
  ],
});
