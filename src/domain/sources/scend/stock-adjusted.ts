import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readOptionalCount, readOptionalText, readText, readUnits } from '../read';
import { event } from './common';

export const stockAdjusted = messageType({
  type: 'stock.adjusted',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...event,
    event_type: z.literal('stock.adjusted'),
    sku: native.code,
    delta: native.units,
    status: native.text,
    reason: native.optionalText,
    sequence: native.optionalCount,
  }),
  facts: (message, head) => [
    fact('stock-adjusted', head, {
      warehouse: readCode(message.warehouse, 'warehouse'),
      sku: readCode(message.sku, 'sku'),
      delta: readUnits(message.delta, 'delta'),
      status: readText(message.status, 'status'),
      reason: readOptionalText(message.reason, 'reason'),
      sequence: readOptionalCount(message.sequence, 'sequence'),
    }),
  ],
});
