import { z } from 'zod';
import { exact } from '../../exact';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readOptionalCode, readOptionalText } from '../read';
import { each } from '../unreadable';
import { event, orderLine, readOrderLine } from './common';

const parcel = z.object({ tracking_number: native.optionalCode, lines: z.array(orderLine) });

export const orderDispatched = messageType({
  type: 'order.dispatched',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  schema: z.object({
    ...event,
    event_type: z.literal('order.dispatched'),
    order_ref: native.code,
    dispatch_ref: native.code,
    carrier: native.optionalText,
    service: native.optionalText,
    parcels: z.array(parcel),
  }),
  facts: (message, head) => [
    fact('dispatched', head, {
      orderNo: readCode(message.order_ref, 'order_ref'),
      warehouse: readCode(message.warehouse, 'warehouse'),
      dispatchRef: readCode(message.dispatch_ref, 'dispatch_ref'),
      carrier: readOptionalText(message.carrier, 'carrier'),
      service: readOptionalText(message.service, 'service'),
      ...readParcels(message.parcels),
    }),
  ],
});

type Line = ReturnType<typeof readOrderLine>;

/** A line that was split over parcels counts once, with the sum of its parts. */
function readParcels(parcels: readonly z.output<typeof parcel>[]) {
  const lines = new Map<string, Line>();
  const trackingNumbers = new Set<string>();
  each('parcels', parcels, (content) => {
    const trackingNumber = readOptionalCode(content.tracking_number, 'tracking_number');
    if (trackingNumber !== null) trackingNumbers.add(trackingNumber);
    each('lines', content.lines, (raw) => {
      const line = readOrderLine(raw);
      const key = `${line.orderLine} ${line.sku}`;
      const earlier = lines.get(key);
      if (earlier) earlier.quantity = exact(earlier.quantity + line.quantity);
      else lines.set(key, line);
    });
  });
  return { trackingNumbers: [...trackingNumbers], lines: [...lines.values()] };
}
