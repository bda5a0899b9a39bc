/** One order's story, as Prima and Scend write it: ordered, received, dispatched; then whatever a test adds. */

export const hour = (count: number): string =>
  new Date(Date.UTC(2026, 9, 1, 8) + count * 3_600_000).toISOString();

const amounts = { net: '20.00', tax: '3.80', gross: '23.80' };

export function item(sku: string) {
  return {
    documentType: 'Item',
    itemCode: sku,
    description: 'Weekend bag',
    status: 'active',
    stockManaged: true,
    baseUom: 'EA',
    uoms: [{ uom: 'EA', factor: '1' }],
    taxCode: 'S',
    version: 1,
    modifiedAt: hour(-48),
  };
}

export function salesOrder(no: string, over: object = {}) {
  return {
    documentType: 'SalesOrder',
    salesOrderNo: no,
    externalRef: no.replace('SO', 'SC-'),
    channel: 'scayle',
    customerAccount: 'C00001',
    currency: 'EUR',
    orderedAt: hour(0),
    status: 'pending_fulfilment',
    paymentTerms: 'prepaid',
    discountCodes: [],
    lines: [
      {
        lineNo: 1,
        itemCode: 'BAG-1',
        quantity: '2',
        uom: 'EA',
        unitPrice: '10.00',
        ...amounts,
        taxCode: 'S',
        isNonStock: false,
      },
    ],
    totals: amounts,
    version: 1,
    modifiedAt: hour(0),
    ...over,
  };
}

export function customer(account = 'C00001') {
  return {
    documentType: 'Customer',
    customerAccount: account,
    name: 'Ada Lovelace',
    paymentTerms: 'prepaid',
    priceList: 'RETAIL',
    version: 1,
    modifiedAt: hour(-48),
  };
}

export function fulfilment(no: string, orderNo: string, dispatchRef: string | null, over: object = {}) {
  return {
    documentType: 'ItemFulfilment',
    fulfilmentNo: no,
    salesOrderNo: orderNo,
    status: 'shipped',
    shippedAt: hour(6),
    warehouse: 'UK1',
    warehouseDispatchRef: dispatchRef,
    trackingNumbers: dispatchRef === null ? [] : [`T-${dispatchRef}`],
    lines: [{ lineNo: 1, itemCode: 'BAG-1', quantity: '2', uom: 'EA' }],
    version: 1,
    modifiedAt: hour(6),
    ...over,
  };
}

export function invoice(no: string, orderNo: string, fulfilmentNos: string[], over: object = {}) {
  return {
    documentType: 'Invoice',
    invoiceNo: no,
    salesOrderNo: orderNo,
    fulfilmentNos,
    customerAccount: 'C00001',
    currency: 'EUR',
    postedAt: hour(8),
    lines: [
      {
        lineNo: 1,
        orderLineNo: 1,
        itemCode: 'BAG-1',
        quantity: '2',
        uom: 'EA',
        unitPrice: '10.00',
        ...amounts,
        taxCode: 'S',
      },
    ],
    totals: amounts,
    version: 1,
    modifiedAt: hour(8),
    ...over,
  };
}

let events = 0;
function scend(type: string, at: string, body: object) {
  events++;
  return {
    event_id: `evt-${events}`,
    event_type: type,
    occurred_at: at,
    client_id: 'ACME',
    warehouse: 'UK1',
    ...body,
  };
}

export const received = (orderNo: string, at = hour(1)) =>
  scend('order.received', at, {
    order_ref: orderNo,
    wh_ref: 'W-1',
    lines: [{ order_line: 1, sku: 'BAG-1', qty: 2 }],
  });

export const rejected = (orderNo: string, at = hour(1)) =>
  scend('order.rejected', at, {
    order_ref: orderNo,
    reason_code: 'UNKNOWN_SKU',
    reason: 'not on file',
    lines: [{ order_line: 1, sku: 'BAG-1', qty: 2 }],
  });

export const dispatched = (orderNo: string, ref: string, at = hour(4), quantity = 2) =>
  scend('order.dispatched', at, {
    order_ref: orderNo,
    dispatch_ref: ref,
    carrier: 'ROYAL_MAIL',
    service: 'TRACKED24',
    parcels: [
      { tracking_number: `T-${ref}`, weight_g: 740, lines: [{ order_line: 1, sku: 'BAG-1', qty: quantity }] },
    ],
  });

export const synchronised = (sku: string) => scend('item.synchronised', hour(-47), { sku, base_uom: 'EA' });

export const stockLevel = (sku: string, available: number, at = hour(0)) =>
  scend('stock.level', at, {
    lines: [{ sku, statuses: { available }, unlocated: 0, as_of: at, sequence: 1 }],
  });

export function stockBalance(sku: string, physical: string, at = hour(0), version = 1) {
  return {
    documentType: 'StockBalance',
    asOf: at,
    warehouse: 'UK1',
    itemCode: sku,
    uom: 'EA',
    physical,
    allocated: '0',
    quarantine: '0',
    unitCost: { amount: '4.20', currency: 'EUR' },
    version,
    modifiedAt: at,
  };
}
