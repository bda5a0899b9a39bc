/** The README's story, as Prima and Scend write it: the warehouse gave a bag another number, and took orders under it only. */

const BAG = 'BAG-10157';
const RENUMBERED = 'BAG 10157';
const PAIR = 'BAG-10157-PAIR';
const ORDERS = 200;

const day = (date: number, hour: number) => `2026-11-${date}T${String(hour).padStart(2, '0')}:00:00Z`;
const amounts = { unitPrice: '42.15', net: '42.15', tax: '8.43', gross: '50.58', taxCode: 'S' };
const totals = { net: '42.15', tax: '8.43', gross: '50.58' };

const document = (documentType: string, modifiedAt: string, over: object) => ({
  documentType,
  version: 1,
  modifiedAt,
  ...over,
});
const item = (itemCode: string) =>
  document('Item', day(16, 8), {
    itemCode,
    status: 'active',
    stockManaged: true,
    baseUom: 'EA',
    uoms: [{ uom: 'EA', factor: '1' }],
  });
const line = (over: object = {}) => ({ lineNo: 1, itemCode: BAG, quantity: '1', uom: 'EA', ...over });

const order = (n: number) =>
  document('SalesOrder', day(20, 9), {
    salesOrderNo: `SO${n}`,
    externalRef: `SC-${n}`,
    customerAccount: 'C1',
    currency: 'GBP',
    status: 'pending_billing',
    lines: [line(amounts)],
    totals,
  });
const fulfilment = (n: number) =>
  document('ItemFulfilment', day(20, 17), {
    fulfilmentNo: `IF${n}`,
    salesOrderNo: `SO${n}`,
    status: 'shipped',
    shippedAt: day(20, 17),
    warehouse: 'UK1',
    warehouseDispatchRef: `D${n}`,
    trackingNumbers: [`T${n}`],
    lines: [line()],
  });
const invoice = (n: number) =>
  document('Invoice', day(20, 18), {
    invoiceNo: `INV${n}`,
    salesOrderNo: `SO${n}`,
    fulfilmentNos: [`IF${n}`],
    customerAccount: 'C1',
    currency: 'GBP',
    postedAt: day(20, 18),
    lines: [line({ ...amounts, orderLineNo: 1 })],
    totals,
  });

const event = (id: string, type: string, at: string, over: object) => ({
  event_id: id,
  event_type: type,
  occurred_at: at,
  client_id: 'ACME',
  warehouse: 'UK1',
  ...over,
});
const lines = (sku: string) => [{ order_line: 1, sku, qty: 1 }];
const rejected = (n: number) =>
  event(`x${n}`, 'order.rejected', day(20, 10), {
    order_ref: `SO${n}`,
    reason_code: 'UNKNOWN_SKU',
    reason: 'not on file',
    lines: lines(BAG),
  });
const received = (n: number) =>
  event(`r${n}`, 'order.received', day(20, 12), { order_ref: `SO${n}`, lines: lines(RENUMBERED) });
const dispatched = (n: number) =>
  event(`d${n}`, 'order.dispatched', day(20, 16), {
    order_ref: `SO${n}`,
    dispatch_ref: `D${n}`,
    parcels: [{ tracking_number: `T${n}`, lines: lines(RENUMBERED) }],
  });

const numbers = Array.from({ length: ORDERS }, (_, index) => index + 1);

/** Before the trading: the pair is a kit that the warehouse takes apart. */
export const master = {
  prima: [
    item(BAG),
    item(PAIR),
    document('BillOfMaterials', day(16, 8), {
      parentItemCode: PAIR,
      explodeAt: 'warehouse',
      components: [{ itemCode: BAG, quantity: '2' }],
    }),
    document('Customer', day(16, 8), { customerAccount: 'C1' }),
  ],
  scend: [event('s', 'item.synchronised', day(16, 9), { sku: BAG, base_uom: 'EA' })],
};

export const trading = {
  prima: [...numbers.map(order), ...numbers.map(fulfilment), ...numbers.map(invoice)],
  scend: [...numbers.map(rejected), ...numbers.map(received), ...numbers.map(dispatched)],
};

/** What somebody wrote in a hurry. */
export const wrongAlias = [{ source: 'scend', from: RENUMBERED, to: PAIR }];
