import type { BulkMessage } from './message';
import type { BulkStock } from './running-stock';
import { decimal } from '../arithmetic';
import { picksOf } from '../orders/order';
import type { Order, Portion, Warehouse } from '../orders/order';
import { invoice, itemFulfilment, salesOrder } from '../prima-documents';
import type { BilledLine } from '../prima-documents';
import * as scend from '../scend-events';

export interface BulkOrder {
  serial: number;
  order: Order;
  warehouse: Warehouse;
  portions: Portion[];
  bills: BilledLine[];
}

type Step = (bulk: BulkOrder, at: number, stock: BulkStock) => object;

const carriageOf = ({ serial }: BulkOrder) => ({
  dispatchRef: `SCD-${1_000_000 + serial}`,
  carrier: 'ROYAL_MAIL',
  service: 'TRACKED24',
  cost: 390,
});
const trackingOf = ({ serial }: BulkOrder) => `RB${700_000_000 + serial}GB`;
const fulfilmentNo = ({ serial }: BulkOrder) => `IF${1_000_000 + serial}`;
const eventId = ({ serial }: BulkOrder, step: string) => `evt-${serial}-${step}`;

const LIFE: readonly { source: BulkMessage['source']; step: Step }[] = [
  { source: 'prima', step: ({ order }, at) => salesOrder(order, 'pending_fulfilment', at) },
  {
    source: 'scend',
    step: (bulk, at) =>
      scend.orderReceived(
        eventId(bulk, 'received'),
        at,
        bulk.warehouse,
        bulk.order.orderNo,
        `W-${bulk.serial}`,
        picksOf(bulk.portions),
      ),
  },
  {
    source: 'scend',
    step: (bulk, at, stock) => {
      stock.allocate(bulk.portions, bulk.warehouse);
      const lines = picksOf(bulk.portions).map((pick) => ({ ...pick, short_qty: 0 }));
      return scend.orderAllocated(eventId(bulk, 'allocated'), at, bulk.warehouse, bulk.order.orderNo, lines);
    },
  },
  {
    source: 'scend',
    step: (bulk, at) => {
      const carriage = carriageOf(bulk);
      const id = eventId(bulk, 'manifested');
      return scend.orderManifested(
        id,
        at,
        bulk.warehouse,
        bulk.order.orderNo,
        carriage,
        decimal(carriage.cost),
      );
    },
  },
  {
    source: 'scend',
    step: (bulk, at, stock) => {
      stock.dispatch(bulk.portions, bulk.warehouse);
      const parcel = { tracking_number: trackingOf(bulk), weight_g: 740, lines: picksOf(bulk.portions) };
      const id = eventId(bulk, 'dispatched');
      return scend.orderDispatched(id, at, bulk.warehouse, bulk.order.orderNo, carriageOf(bulk), [parcel]);
    },
  },
  {
    source: 'prima',
    step: (bulk, at, stock) => {
      stock.fulfil(bulk.portions, bulk.warehouse);
      return itemFulfilment({
        ...carriageOf(bulk),
        no: fulfilmentNo(bulk),
        order: bulk.order,
        warehouse: bulk.warehouse,
        trackingNumbers: [trackingOf(bulk)],
        shippedAt: at,
        portions: bulk.portions,
        inBaseUnits: false,
      });
    },
  },
  { source: 'prima', step: ({ order }, at) => salesOrder(order, 'pending_billing', at) },
  {
    source: 'prima',
    step: (bulk, at) => {
      const { order, bills } = bulk;
      const no = `INV${1_000_000 + bulk.serial}`;
      return invoice(no, order, order.customer, order.currency, [fulfilmentNo(bulk)], bills, at);
    },
  },
  { source: 'prima', step: ({ order }, at) => salesOrder(order, 'billed', at) },
];

/** How many messages tell the life of one order. */
export const STEPS = LIFE.length;

export function lifeStep(bulk: BulkOrder, step: number, at: number, stock: BulkStock): BulkMessage {
  const told = LIFE[step];
  if (!told) throw new RangeError(`no step ${step}`);
  return { source: told.source, body: JSON.stringify(told.step(bulk, at, stock)) };
}
