/** Orders of sources that send nothing wrong: what is found of them is known, whatever others send meanwhile. */
import type { Door } from './door';

const MINUTE = 60_000;
const amounts = { net: '20.00', tax: '3.80', gross: '23.80' };
const TAX_CODE = 'CANARY-S';
const dearer = { net: '22.00', tax: '4.18', gross: '26.18' };

export interface Canaries {
  /** Part of every subject of theirs. */
  name: string;
  prima: string[];
  scend: string[];
  /** Detector and subject of each drift that is open once all is folded, sorted. */
  expected: string[];
}

/** One order of each fate: refused by the warehouse, sent and posted with another quantity, billed dearer than ordered, and all well. */
export function canaries(round: number, now = Date.now()): Canaries {
  const at = (minutes: number) => new Date(now - (120 - minutes) * MINUTE).toISOString();
  const name = `CANARY-${round}-`;
  const sku = `${name}BAG`;
  const orderNo = (fate: string) => `${name}${fate}`;
  const document = (documentType: string, modifiedAt: string, fields: object) =>
    JSON.stringify({ documentType, version: 1, modifiedAt, ...fields });
  const line = { lineNo: 1, itemCode: sku, quantity: '2', uom: 'EA' };
  const priced = { ...line, unitPrice: '10.00', ...amounts, taxCode: TAX_CODE };
  const order = (fate: string) =>
    document('SalesOrder', at(0), {
      salesOrderNo: orderNo(fate),
      externalRef: `SHOP-${orderNo(fate)}`,
      channel: 'scayle',
      customerAccount: 'CANARY',
      currency: 'EUR',
      orderedAt: at(0),
      status: 'pending_fulfilment',
      paymentTerms: 'prepaid',
      discountCodes: [],
      lines: [{ ...priced, isNonStock: false }],
      totals: amounts,
    });
  const fulfilment = (fate: string, quantity: string) =>
    document('ItemFulfilment', at(60), {
      fulfilmentNo: `IF-${orderNo(fate)}`,
      salesOrderNo: orderNo(fate),
      status: 'shipped',
      shippedAt: at(60),
      warehouse: 'CAN1',
      warehouseDispatchRef: `D-${orderNo(fate)}`,
      trackingNumbers: [`T-${orderNo(fate)}`],
      lines: [{ ...line, quantity }],
    });
  const invoice = (fate: string, unitPrice: string, money: object) =>
    document('Invoice', at(70), {
      invoiceNo: `INV-${orderNo(fate)}`,
      salesOrderNo: orderNo(fate),
      fulfilmentNos: [`IF-${orderNo(fate)}`],
      customerAccount: 'CANARY',
      currency: 'EUR',
      postedAt: at(70),
      lines: [{ ...priced, orderLineNo: 1, unitPrice, ...money }],
      totals: money,
    });
  let events = 0;
  const event = (type: string, occurredAt: string, fields: object) =>
    JSON.stringify({
      event_id: `canary-${round}-${++events}`,
      event_type: type,
      occurred_at: occurredAt,
      client_id: 'CANARY',
      warehouse: 'CAN1',
      ...fields,
    });
  const lines = [{ order_line: 1, sku, qty: 2 }];
  const received = (fate: string) => event('order.received', at(10), { order_ref: orderNo(fate), lines });
  const dispatched = (fate: string) =>
    event('order.dispatched', at(50), {
      order_ref: orderNo(fate),
      dispatch_ref: `D-${orderNo(fate)}`,
      parcels: [{ tracking_number: `T-${orderNo(fate)}`, lines }],
    });
  return {
    name,
    prima: [
      document('Item', at(-60), {
        itemCode: sku,
        description: 'Weekend bag',
        status: 'active',
        stockManaged: true,
        baseUom: 'EA',
        uoms: [{ uom: 'EA', factor: '1' }],
        taxCode: TAX_CODE,
      }),
      document('TaxCode', at(-60), {
        taxCode: TAX_CODE,
        country: 'DE',
        rate: '19.00',
        validFrom: '2021-01-01T00:00:00Z',
      }),
      document('Customer', at(-60), {
        customerAccount: 'CANARY',
        name: 'Ada Lovelace',
        paymentTerms: 'prepaid',
      }),
      ...['REFUSED', 'SHORT', 'DEAR', 'WELL'].map(order),
      fulfilment('SHORT', '1'),
      fulfilment('DEAR', '2'),
      fulfilment('WELL', '2'),
      invoice('DEAR', '11.00', dearer),
      invoice('WELL', '10.00', amounts),
    ],
    scend: [
      event('item.synchronised', at(-50), { sku, base_uom: 'EA' }),
      event('order.rejected', at(10), {
        order_ref: orderNo('REFUSED'),
        reason_code: 'UNKNOWN_SKU',
        reason: 'not on file',
        lines,
      }),
      ...['SHORT', 'DEAR', 'WELL'].flatMap((fate) => [received(fate), dispatched(fate)]),
    ],
    expected: [
      `fulfilment-quantity-mismatch shipment:D-${orderNo('SHORT')}`,
      `invoice-price-mismatch invoice:INV-${orderNo('DEAR')}`,
      `order-rejected order:SHOP-${orderNo('REFUSED')}`,
    ],
  };
}

export async function sing(door: Door, { prima, scend }: Canaries): Promise<number> {
  let position = 0;
  for (const [source, messages] of Object.entries({ 'canary-prima': prima, 'canary-scend': scend })) {
    const { status, text } = await door.deliver(source, messages);
    if (status !== 202) throw new Error(`the canaries were not recorded: ${status} ${text}`);
    position = (JSON.parse(text) as { position: number }).position;
  }
  return position;
}
