/** Short builders for the detectors' examples: canonical facts with everything that does not matter filled in. */
import { MICRO } from '../exact';
import type { Body, Canonical, CanonicalType } from '../facts/canonical';
import type { Told } from './detector';

const HOUR = 3_600_000;
/** Noon of an ordinary day. Examples count hours from here. */
export const NOON = Date.UTC(2026, 10, 20, 12);
export const hours = (count: number): number => NOON + count * HOUR;
export const units = (count: number): number => count * MICRO;

function tell<T extends CanonicalType>(
  source: string,
  type: T,
  doc: string,
  at: number,
  body: Body<T>,
  revision = 1,
): Told {
  return { source, fact: { type, doc, revision, occurredAt: at, body } as Canonical };
}

export const orderLine = {
  lineNo: 1,
  sku: 'BAG-1',
  quantity: units(2),
  uom: 'EA',
  unitPrice: 1000,
  net: 2000,
  tax: 380,
  gross: 2380,
  taxCode: 'DE-S',
  nonStock: false,
};

export function salesOrder(at: number, over: Partial<Body<'sales-order'>> = {}, revision = 1): Told {
  const body: Body<'sales-order'> = {
    orderNo: 'SO1',
    externalRef: 'SC-1',
    channel: 'scayle',
    customer: 'C1',
    currency: 'EUR',
    status: 'pending_fulfilment',
    modifiedAt: at,
    paymentTerms: 'prepaid',
    discountCodes: [],
    lines: [orderLine],
    totals: { net: 2000, tax: 380, gross: 2380 },
    ...over,
  };
  return tell('prima', 'sales-order', `SalesOrder/${body.orderNo}`, at, body, revision);
}

export function fulfilment(at: number, over: Partial<Body<'fulfilment'>> = {}): Told {
  const body: Body<'fulfilment'> = {
    fulfilmentNo: 'IF1',
    orderNo: 'SO1',
    status: 'shipped',
    warehouse: 'UK1',
    dispatchRef: 'D1',
    trackingNumbers: ['T1'],
    carrier: null,
    service: null,
    carrierCost: null,
    lines: [{ lineNo: 1, sku: 'BAG-1', quantity: units(2), uom: 'EA' }],
    ...over,
  };
  return tell('prima', 'fulfilment', `ItemFulfilment/${body.fulfilmentNo}`, at, body);
}

export function invoice(at: number, over: Partial<Body<'invoice'>['lines'][number]> = {}): Told {
  const { nonStock: _nonStock, ...priced } = orderLine;
  const body: Body<'invoice'> = {
    invoiceNo: 'INV1',
    orderNo: 'SO1',
    fulfilmentNos: ['IF1'],
    customer: 'C1',
    currency: 'EUR',
    lines: [{ ...priced, orderNo: null, orderLineNo: 1, ...over }],
    totals: null,
  };
  return tell('prima', 'invoice', 'Invoice/INV1', at, body);
}

export function dispatched(at: number, over: Partial<Body<'dispatched'>> = {}): Told {
  const body: Body<'dispatched'> = {
    orderNo: 'SO1',
    warehouse: 'UK1',
    dispatchRef: 'D1',
    carrier: null,
    service: null,
    trackingNumbers: ['T1'],
    lines: [{ orderLine: 1, sku: 'BAG-1', quantity: units(2) }],
    ...over,
  };
  return tell('scend', 'dispatched', `evt-${body.dispatchRef}`, at, body, 0);
}

export function manifested(at: number, over: Partial<Body<'manifested'>> = {}): Told {
  const body: Body<'manifested'> = {
    orderNo: 'SO1',
    warehouse: 'UK1',
    dispatchRef: 'D1',
    carrier: 'DPD',
    service: 'NEXT_DAY',
    cost: { amount: 390, currency: 'EUR' },
    ...over,
  };
  return tell('scend', 'manifested', `evt-m-${body.dispatchRef}`, at, body, 0);
}

/** The next version of a document. */
export function revised(told: Told): Told {
  if (!('fact' in told)) return told;
  return { ...told, fact: { ...told.fact, revision: told.fact.revision + 1 } };
}

export function receivedByWarehouse(at: number, orderNo = 'SO1', event = orderNo): Told {
  const lines = [{ orderLine: 1, sku: 'BAG-1', quantity: units(2) }];
  return tell('scend', 'warehouse-received', `evt-r-${event}`, at, { orderNo, warehouse: 'UK1', lines }, 0);
}

export function rejectedByWarehouse(at: number, reasonCode: string): Told {
  const body = {
    orderNo: 'SO1',
    warehouse: 'UK1',
    reasonCode,
    reason: 'as the warehouse words it',
    lines: [],
  };
  return tell('scend', 'warehouse-rejected', 'evt-x-1', at, body, 0);
}

/** One line, of what `over` says. */
export function creditNote(
  at: number,
  over: Partial<Body<'credit-note'>['lines'][number]> = {},
  returnRef: string | null = null,
): Told {
  const { nonStock: _nonStock, ...priced } = orderLine;
  const body: Body<'credit-note'> = {
    creditNoteNo: 'CN1',
    invoiceNo: 'INV1',
    orderNo: 'SO1',
    returnRef,
    currency: 'EUR',
    reason: returnRef === null ? null : 'RETURN',
    lines: [{ ...priced, ...over }],
    totals: null,
  };
  return tell('prima', 'credit-note', 'CreditNote/CN1', at, body);
}

export function reservation(at: number, quantity: number): Told {
  const body = {
    reservationNo: 'RS1',
    externalRef: 'SC-1',
    trigger: 'order',
    warehouse: 'UK1',
    sku: 'BAG-1',
    quantity: units(quantity),
  };
  return tell('prima', 'stock-reservation', 'StockReservation/RS1', at, body);
}

export function returned(at: number, over: Partial<Body<'return-received'>> = {}): Told {
  const body: Body<'return-received'> = {
    orderNo: 'SO1',
    warehouse: 'UK1',
    returnRef: 'R-1',
    lines: [{ sku: 'BAG-1', quantity: units(1), condition: 'resaleable', toStatus: 'available' }],
    ...over,
  };
  return tell('scend', 'return-received', `evt-b-${body.returnRef}`, at, body, 0);
}

export function refundRequest(at: number, over: Partial<Body<'refund-request'>> = {}): Told {
  const body: Body<'refund-request'> = {
    refundNo: 'RF1',
    orderNo: 'SO1',
    returnRef: 'R-1',
    currency: 'EUR',
    amount: 1190,
    items: [{ sku: 'BAG-1', quantity: units(1), amount: 1190 }],
    ...over,
  };
  return tell('prima', 'refund-request', `RefundRequest/${body.refundNo}`, at, body);
}

export function cancelledByWarehouse(at: number): Told {
  return tell('scend', 'warehouse-cancelled', 'evt-c-1', at, { orderNo: 'SO1', warehouse: 'UK1' }, 0);
}

export function transmission(
  at: number,
  outcome: 'failed' | 'succeeded',
  over: Partial<Body<'transmission'>> = {},
): Told {
  const body: Body<'transmission'> = {
    outcome,
    from: 'prima',
    to: 'scend',
    entity: 'order',
    ref: 'SO1',
    errorCode: outcome === 'failed' ? 'TIMEOUT' : null,
    errorMessage: null,
    attempt: 1,
    ...over,
  };
  return tell('middleware', 'transmission', `m-${at}-${body.ref}`, at, body, 0);
}

/** What the middleware says of Scend's stock feed, having looked at `at`. */
export function heartbeat(at: number, asOf: number, over: Partial<Body<'heartbeat'>> = {}): Told {
  const body: Body<'heartbeat'> = {
    source: 'scend',
    stream: 'stock',
    at,
    rowCount: null,
    lastSequence: null,
    ...over,
  };
  return tell('middleware', 'heartbeat', `hb-${at}`, asOf, body, 0);
}

export function item(at: number, over: Partial<Body<'item'>> = {}, revision = 1): Told {
  const body: Body<'item'> = {
    sku: 'BAG-1',
    description: 'Bag',
    status: 'active',
    stockManaged: true,
    baseUom: 'EA',
    uoms: [
      { uom: 'EA', factor: MICRO },
      { uom: 'CASE', factor: 12 * MICRO },
    ],
    taxCode: 'S',
    ...over,
  };
  return tell('prima', 'item', `Item/${body.sku}`, at, body, revision);
}

export function taxCode(at: number, code: string, rate = 19): Told {
  const body = { taxCode: code, country: 'DE', rate: units(rate), validFrom: null };
  return tell('prima', 'tax-code', `TaxCode/${code}`, at, body);
}

/** One of each component. */
export function bom(at: number, components: string[]): Told {
  const body: Body<'bill-of-materials'> = {
    parent: 'KIT-1',
    components: components.map((sku) => ({ sku, quantity: units(1) })),
    explodeAt: 'order',
  };
  return tell('prima', 'bill-of-materials', 'BillOfMaterials/KIT-1', at, body);
}

export function synchronised(at: number, sku = 'BAG-1'): Told {
  return tell(
    'scend',
    'item-synchronised',
    `evt-s-${sku}-${at}`,
    at,
    { sku, warehouse: 'UK1', baseUom: 'EA' },
    0,
  );
}

export function customer(at: number, paymentTerms = 'prepaid'): Told {
  return tell('prima', 'customer', 'Customer/C1', at, {
    customer: 'C1',
    name: 'Ada',
    paymentTerms,
    priceList: null,
  });
}

interface Level {
  allocated?: number;
  sku?: string;
  unlocated?: number;
  sequence?: number;
  event?: string;
  more?: Record<string, number>;
}

export function level(at: number, available: number, over: Level = {}): Told {
  const sku = over.sku ?? 'BAG-1';
  const counted = { available, allocated: over.allocated ?? 0, ...over.more };
  const statuses = Object.entries(counted).map(([status, count]) => ({ status, quantity: units(count) }));
  const unlocated = units(over.unlocated ?? 0);
  return tell(
    'scend',
    'stock-level',
    `${over.event ?? `evt-l-${at}`}/${sku}`,
    at,
    { warehouse: 'UK1', sku, statuses, unlocated, sequence: over.sequence ?? null },
    0,
  );
}

export function balance(
  at: number,
  physical: number,
  allocated = 0,
  over: Partial<Body<'stock-balance'>> = {},
): Told {
  const body: Body<'stock-balance'> = {
    warehouse: 'UK1',
    sku: 'BAG-1',
    uom: 'EA',
    physical: units(physical),
    allocated: units(allocated),
    quarantined: 0,
    inTransit: null,
    unitCost: { amount: 420, currency: 'EUR' },
    bookValue: null,
    ...over,
  };
  return tell('prima', 'stock-balance', 'StockBalance/UK1/BAG-1', at, body, Math.round(at / HOUR));
}

export function journal(at: number, quantity: number, reason = 'count'): Told {
  const body = {
    journalNo: 'SJ1',
    warehouse: 'UK1',
    sku: 'BAG-1',
    quantity: units(quantity),
    reason,
    reference: null,
    value: null,
  };
  return tell('prima', 'stock-journal', 'StockJournal/SJ1', at, body);
}

/** A sign of life that moves a feed's watermark and touches no case of the example. */
export function alive(source: 'prima' | 'scend' | 'middleware', at: number): Told {
  if (source === 'middleware') return transmission(at, 'succeeded', { entity: 'nothing', ref: 'OTHER' });
  if (source === 'scend') return synchronised(at, 'OTHER');
  // Its versions rise with its clock.
  return item(at, { sku: 'OTHER', stockManaged: false }, Math.round(at / 60_000));
}
