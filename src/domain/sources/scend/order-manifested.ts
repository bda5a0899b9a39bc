import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readMoney, readOptionalText } from '../read';
import { event } from './common';

export const orderManifested = messageType({
  type: 'order.manifested',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...event,
    event_type: z.literal('order.manifested'),
    order_ref: native.code,
    dispatch_ref: native.code,
    carrier: native.optionalText,
    service: native.optionalText,
    cost: native.money,
  }),
  facts: (message, head) => [
    fact('manifested', head, {
      orderNo: readCode(message.order_ref, 'order_ref'),
      warehouse: readCode(message.warehouse, 'warehouse'),
      dispatchRef: readCode(message.dispatch_ref, 'dispatch_ref'),
      carrier: readOptionalText(message.carrier, 'carrier'),
      service: readOptionalText(message.service, 'service'),
      cost: readMoney(message.cost, 'cost'),
    }),
  ],
});
