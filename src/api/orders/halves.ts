/** Both halves of an order, side by side: what the books say and what the warehouse says. */
import { z } from 'zod';
import { named } from '../openapi/named';
import type { OrderState } from '../../domain/cases/order';
import type { ChannelOrderState } from '../../domain/cases/simple';
import { heldDocument, showAll } from '../cases/show';

const documents = z.array(heldDocument);

export const halves = named('Halves', {
  prima: z.object({
    salesOrders: documents,
    fulfilments: documents,
    invoices: documents,
    creditNotes: documents,
    refundRequests: documents,
    reservations: documents,
  }),
  scend: z.object({
    received: documents,
    rejected: documents,
    allocated: documents,
    cancelled: documents,
    manifested: documents,
    dispatched: documents,
    returned: documents,
  }),
  middleware: z.object({ transmissions: documents }),
});

export type Halves = z.output<typeof halves>;

export function halvesOf(order: OrderState | null, channel: ChannelOrderState | null): Halves {
  return {
    prima: {
      salesOrders: showAll(order?.salesOrders ?? []),
      fulfilments: showAll(order?.fulfilments ?? []),
      invoices: showAll(order?.invoices ?? []),
      creditNotes: showAll(order?.creditNotes ?? []),
      refundRequests: showAll(order?.refundRequests ?? []),
      reservations: showAll(channel?.reservations ?? []),
    },
    scend: {
      received: showAll(order?.received ?? []),
      rejected: showAll(order?.rejected ?? []),
      allocated: showAll(order?.allocated ?? []),
      cancelled: showAll(order?.warehouseCancelled ?? []),
      manifested: showAll(order?.manifested ?? []),
      dispatched: showAll(order?.dispatched ?? []),
      returned: showAll(order?.returned ?? []),
    },
    middleware: {
      transmissions: showAll([...(order?.transmissions ?? []), ...(channel?.transmissions ?? [])]),
    },
  };
}

/** Every SKU that the order's documents name. */
export function skusOf(order: OrderState): Set<string> {
  const skus = new Set<string>();
  for (const slot of [order.salesOrders, order.fulfilments, order.invoices, order.dispatched])
    for (const { value } of slot) for (const { sku } of value.lines) skus.add(sku);
  return skus;
}
