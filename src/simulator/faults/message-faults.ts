import { drawOrder } from '../orders/draw-order';
import type { Order } from '../orders/order';
import { picksOf, stockedLines } from '../orders/order';
import { salesOrder, stockJournal } from '../prima-documents';
import type { SourceName } from '../recorder';
import * as scend from '../scend-events';
import type { Scene } from '../scene';
import { DAY, iso, MINUTE } from '../timeline';
import type { MessageFault } from './plan';

interface Faulty {
  source: SourceName;
  type: string;
  key: string | null;
  body: string;
}

type Write = (scene: Scene, at: number) => Faulty;

const text = (source: SourceName, type: string, key: string | null, document: object): Faulty => ({
  source,
  type,
  key,
  body: JSON.stringify(document),
});

/** A sales order of its own that no other message names: only the message can be wrong with it. */
function someOrder(scene: Scene, at: number): { order: Order; document: ReturnType<typeof salesOrder> } {
  const order = drawOrder(scene, { lineCount: 1, kit: 'none', channel: 'telephone' }, at, false);
  return { order, document: salesOrder(order, 'pending_fulfilment', at + 1000) };
}

function someAdjustment(scene: Scene, at: number) {
  const sku = scene.random.pick(scene.catalogue.general).code;
  const id = scene.recorder.nextEventId();
  const { sequence: _sequence, ...event } = scend.stockAdjusted(id, at, 'UK1', sku, {
    delta: -1,
    before: 2,
    status: 'available',
    reason: 'count',
  });
  return event;
}

function someJournal(scene: Scene, at: number) {
  const no = scene.numbers.next('SJ', 55);
  return stockJournal(no, scene.random.pick(scene.catalogue.general), 'UK1', -1, 'count', null, at);
}

function brokenLine(scene: Scene, at: number, change: object): Faulty {
  const { order, document } = someOrder(scene, at);
  Object.assign(document.lines[0] ?? {}, change);
  return text('prima', 'SalesOrder', order.orderNo, document);
}

const WRITE: Record<Exclude<MessageFault, 'contradicted-customer'>, Write> = {
  'invalid-quantity': (scene, at) => brokenLine(scene, at, { quantity: 'two' }),
  'invalid-decimals': (scene, at) => brokenLine(scene, at, { net: '10.005' }),
  'invalid-missing-key': (scene, at) => {
    const { event_id: _eventId, ...event } = someAdjustment(scene, at);
    return text('scend', 'stock.adjusted', null, event);
  },
  'invalid-missing-type': (scene, at) => {
    const { documentType: _documentType, ...document } = someJournal(scene, at);
    return text('prima', 'StockJournal', null, document);
  },
  'invalid-clock-1970': (scene, at) => {
    const document = { ...someJournal(scene, at), postedAt: iso(0), modifiedAt: iso(1000) };
    return text('prima', 'StockJournal', document.journalNo, document);
  },
  'invalid-clock-in-the-future': (scene, at) => {
    const event = { ...someAdjustment(scene, at), occurred_at: iso(at + 3650 * DAY) };
    return text('scend', 'stock.adjusted', event.event_id, event);
  },
  'invalid-clock-unreadable': (scene, at) => {
    const event = { ...someAdjustment(scene, at), occurred_at: 'yesterday' };
    return text('scend', 'stock.adjusted', event.event_id, event);
  },
  'invalid-out-of-range': (scene, at) => {
    const event = someAdjustment(scene, at);
    const faulty = text('scend', 'stock.adjusted', event.event_id, event);
    return { ...faulty, body: faulty.body.replace('"delta":-1', '"delta":1e999') };
  },
  'unmapped-event': (scene, at) => {
    const event_id = scene.recorder.nextEventId();
    const event = {
      event_id,
      event_type: 'pallet.moved',
      occurred_at: iso(at),
      client_id: 'ACME',
      warehouse: 'UK1',
    };
    return text('scend', 'pallet.moved', event_id, { ...event, pallet: scene.numbers.next('P-', 1) });
  },
  'unmapped-document': (scene, at) => {
    const workOrderNo = scene.numbers.next('WO', 1, 6);
    const document = {
      documentType: 'WorkOrder',
      workOrderNo,
      status: 'open',
      version: 1,
      modifiedAt: iso(at),
    };
    return text('prima', 'WorkOrder', workOrderNo, document);
  },
  'unmapped-middleware-message': (scene, at) => {
    const id = scene.numbers.next('m-', 1);
    return text('middleware', 'queue.depth', id, { id, type: 'queue.depth', at: iso(at), depth: 17 });
  },
  'unresolved-order-received': (scene, at) => {
    const { order } = someOrder(scene, at);
    const id = scene.recorder.nextEventId();
    const lines = picksOf(stockedLines(order).map((line) => ({ line, units: line.units })));
    const event = scend.orderReceived(id, at, 'UK1', order.orderNo, scene.numbers.next('W-', 55), lines);
    return text('scend', 'order.received', id, event);
  },
  'unresolved-credit-note': (scene, at) => {
    const creditNoteNo = scene.numbers.next('CN', 310, 6);
    return text('prima', 'CreditNote', creditNoteNo, {
      documentType: 'CreditNote',
      creditNoteNo,
      invoiceNo: null,
      salesOrderNo: scene.numbers.next('SO', 100_901),
      externalRef: null,
      returnRef: null,
      currency: 'GBP',
      postedAt: iso(at),
      period: iso(at).slice(0, 7),
      lines: [
        {
          lineNo: 1,
          itemCode: scene.random.pick(scene.catalogue.general).code,
          quantity: '1',
          uom: 'EA',
          net: '5.00',
          taxCode: 'S',
          taxRate: '20.00',
          tax: '1.00',
          gross: '6.00',
        },
      ],
      totals: { net: '5.00', tax: '1.00', gross: '6.00' },
      reason: 'PRICE',
      version: 1,
      modifiedAt: iso(at + 1000),
    });
  },
};

/** The same customer in the same version, with another name; the later one wins, so the first is the one that lost. */
function contradictCustomer(scene: Scene, at: number, faultId: string): void {
  const { recorder, numbers } = scene;
  const customerAccount = numbers.next('C9', 1, 4);
  const said = (name: string, when: number) => ({
    documentType: 'Customer' as const,
    customerAccount,
    name,
    paymentTerms: 'prepaid',
    priceList: 'RETAIL',
    version: 1,
    modifiedAt: iso(when),
  });
  const first = said('Ada Lovelace', at);
  recorder.raw('prima', 'Customer', at, first, faultId);
  recorder.raw('prima', 'Customer', at + MINUTE, said('Ada King', at + MINUTE), faultId);
  recorder.expectFact('conflicting-duplicate', 'prima', customerAccount, JSON.stringify(first), faultId);
}

export function makeMessageFault(scene: Scene, kind: MessageFault, faultId: string): void {
  const { random, recorder, times } = scene;
  const at = times.tradingFrom + random.int(10, 800) * MINUTE;
  if (kind === 'contradicted-customer') {
    contradictCustomer(scene, at, faultId);
    return;
  }
  const { source, type, key, body } = WRITE[kind](scene, at);
  const [family] = kind.split('-');
  const detector =
    family === 'invalid'
      ? 'message-invalid'
      : family === 'unmapped'
        ? 'message-unmapped'
        : 'reference-unresolved';
  recorder.raw(source, type, at, body, faultId);
  recorder.expectFact(detector, source, key, body, faultId);
}

/** Not a drift yet: Scend names an order that nobody defines, for less than 24 hours. */
export function nameUnknownOrderLately(scene: Scene): void {
  const { times, recorder } = scene;
  const at = times.endAt - 120 * MINUTE;
  const { source, type, body } = WRITE['unresolved-order-received'](scene, at);
  recorder.raw(source, type, at, body);
}
