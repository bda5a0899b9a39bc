import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readOptionalCode } from '../read';
import { event, readSkuLines, skuLine } from './common';

const transfer = { ...event, transfer_ref: native.code, lines: z.array(skuLine) };

export const transferDispatched = messageType({
  type: 'transfer.dispatched',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...transfer,
    event_type: z.literal('transfer.dispatched'),
    to_warehouse: native.optionalCode,
  }),
  facts: (message, head) => [
    fact('transfer-dispatched', head, {
      transferRef: readCode(message.transfer_ref, 'transfer_ref'),
      warehouse: readCode(message.warehouse, 'warehouse'),
      otherWarehouse: readOptionalCode(message.to_warehouse, 'to_warehouse'),
      lines: readSkuLines(message.lines),
    }),
  ],
});

export const transferReceived = messageType({
  type: 'transfer.received',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...transfer,
    event_type: z.literal('transfer.received'),
    from_warehouse: native.optionalCode,
  }),
  facts: (message, head) => [
    fact('transfer-received', head, {
      transferRef: readCode(message.transfer_ref, 'transfer_ref'),
      warehouse: readCode(message.warehouse, 'warehouse'),
      otherWarehouse: readOptionalCode(message.from_warehouse, 'from_warehouse'),
      lines: readSkuLines(message.lines),
    }),
  ],
});
