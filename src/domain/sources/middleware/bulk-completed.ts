import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode } from '../read';
import { each } from '../unreadable';

export const bulkCompleted = messageType({
  type: 'bulk.completed',
  keyFields: ['id'],
  clockFields: ['at'],
  schema: z.object({
    id: native.code,
    type: z.literal('bulk.completed'),
    at: native.time,
    from: native.code,
    to: native.code,
    job: native.code,
    skus: z.array(native.code),
    throttled: native.optionalFlag,
  }),
  facts: (message, head) => [
    fact('bulk-completed', head, {
      from: readCode(message.from, 'from'),
      to: readCode(message.to, 'to'),
      job: readCode(message.job, 'job'),
      skus: each('skus', message.skus, (sku) => readCode(sku, '')),
      throttled: message.throttled ?? null,
    }),
  ],
});
