/**
 * Prima's documents as ERPNext would write them: the same trading, told by another system. It knows both shapes and nothing of
 * how either is read. Fields named `custom_*` are fields that an installation has added, as ERPNext lets it.
 */

type Document = Record<string, unknown>;
type Text = string | null | undefined;

/** The site's zone: India, half an hour off every full hour from the systems around it. */
export const SITE_ZONE = 'Asia/Kolkata';
const SITE_OFFSET_MS = 5.5 * 3_600_000;

/** The text of one message. What is no document of Prima's is told as it is. */
export function asErpnext(body: string): string {
  const prima = JSON.parse(body) as Document;
  const type = prima['documentType'];
  const write = typeof type === 'string' && Object.hasOwn(WRITE, type) ? WRITE[type] : undefined;
  if (write) return JSON.stringify(write(prima));
  if (type === undefined && 'journalNo' in prima) {
    const { doctype: _doctype, ...entry } = stockLedgerEntry(prima);
    return JSON.stringify(entry);
  }
  return JSON.stringify({
    doctype: 'Work Order',
    name: prima['workOrderNo'],
    modified: clock(prima['modifiedAt']),
  });
}

const WRITE: Record<string, (prima: Document) => Document> = {
  SalesOrder: salesOrder,
  ItemFulfilment: deliveryNote,
  Invoice: salesInvoice,
  CreditNote: creditNote,
  RefundRequest: paymentEntry,
  StockBalance: bin,
  StockJournal: stockLedgerEntry,
  Item: item,
  BillOfMaterials: productBundle,
  PriceList: itemPrice,
  Customer: customer,
  TaxCode: itemTaxTemplate,
};

const STATUS: Record<string, Document> = {
  pending_approval: { docstatus: 0, status: 'Draft', per_delivered: 0 },
  pending_fulfilment: { docstatus: 1, status: 'To Deliver and Bill', per_delivered: 0 },
  partially_fulfilled: { docstatus: 1, status: 'To Deliver and Bill', per_delivered: 50 },
  pending_billing: { docstatus: 1, status: 'To Bill', per_delivered: 100 },
  billed: { docstatus: 1, status: 'Completed', per_delivered: 100 },
  cancelled: { docstatus: 2, status: 'Cancelled', per_delivered: 0 },
};

function salesOrder(prima: Document): Document {
  return {
    doctype: 'Sales Order',
    name: prima['salesOrderNo'],
    creation: clock(prima['orderedAt']),
    modified: clock(prima['modifiedAt']),
    ...STATUS[prima['status'] as string],
    customer: prima['customerAccount'],
    po_no: prima['externalRef'] ?? '',
    custom_channel: prima['channel'],
    transaction_date: day(prima['orderedAt']),
    currency: prima['currency'],
    selling_price_list: prima['priceList'],
    payment_terms_template: prima['paymentTerms'],
    coupon_code: null,
    items: rows(prima).map((line) => ({ ...row(line), is_stock_item: line['isNonStock'] === true ? 0 : 1 })),
    ...totals(prima, 1),
  };
}

function deliveryNote(prima: Document): Document {
  const cost = prima['carrierCost'] as { amount: string; currency: string } | null;
  return {
    doctype: 'Delivery Note',
    name: prima['fulfilmentNo'],
    docstatus: prima['status'] === 'shipped' ? 1 : 0,
    modified: clock(prima['modifiedAt']),
    ...posting(prima['shippedAt']),
    set_warehouse: prima['warehouse'],
    po_no: prima['externalRef'] ?? '',
    lr_no: (prima['trackingNumbers'] as string[]).join(', '),
    transporter_name: prima['carrier'],
    custom_service: prima['service'],
    custom_dispatch_ref: prima['warehouseDispatchRef'] ?? '',
    custom_carrier_cost: cost ? float(cost.amount) : 0,
    custom_carrier_currency: cost?.currency ?? '',
    items: rows(prima).map((line, index) => ({
      ...row(line),
      idx: index + 1,
      against_sales_order: prima['salesOrderNo'],
      custom_order_line: line['lineNo'],
    })),
  };
}

function salesInvoice(prima: Document): Document {
  const deliveries = prima['fulfilmentNos'] as string[];
  return {
    doctype: 'Sales Invoice',
    name: prima['invoiceNo'],
    docstatus: 1,
    is_return: 0,
    modified: clock(prima['modifiedAt']),
    ...posting(prima['postedAt']),
    customer: prima['customerAccount'],
    currency: prima['currency'],
    // A row that bills several deliveries has no place for all their names.
    custom_delivery_notes: deliveries.length > 1 ? deliveries.join(', ') : '',
    items: rows(prima).map((line) => ({
      ...row(line),
      sales_order: line['salesOrderNo'] ?? prima['salesOrderNo'],
      delivery_note: deliveries.length === 1 ? deliveries[0] : '',
      custom_order_line: line['orderLineNo'],
    })),
    ...totals(prima, 1),
  };
}

function creditNote(prima: Document): Document {
  return {
    doctype: 'Sales Invoice',
    name: prima['creditNoteNo'],
    docstatus: 1,
    is_return: 1,
    return_against: prima['invoiceNo'] ?? '',
    modified: clock(prima['modifiedAt']),
    ...posting(prima['postedAt']),
    currency: prima['currency'],
    custom_return_ref: prima['returnRef'] ?? '',
    custom_reason: prima['reason'],
    items: rows(prima).map((line) => ({
      ...row(line),
      qty: negative(line['quantity']),
      net_amount: negative(line['net']),
      sales_order: prima['salesOrderNo'] ?? '',
    })),
    ...totals(prima, -1),
  };
}

function paymentEntry(prima: Document): Document {
  const order = prima['salesOrderNo'] as Text;
  return {
    doctype: 'Payment Entry',
    name: prima['refundNo'],
    docstatus: 1,
    payment_type: 'Pay',
    party_type: 'Customer',
    creation: clock(prima['requestedAt']),
    modified: clock(prima['modifiedAt']),
    posting_date: day(prima['requestedAt']),
    paid_from_account_currency: prima['currency'],
    paid_amount: float(prima['amount']),
    custom_return_ref: prima['returnRef'] ?? '',
    custom_refund_items: ((prima['refund_items'] as Document[] | null) ?? []).map((refunded, index) => ({
      idx: index + 1,
      item_code: refunded['itemCode'],
      qty: float(refunded['quantity']),
      amount: float(refunded['amount']),
    })),
    references: order ? [{ idx: 1, reference_doctype: 'Sales Order', reference_name: order }] : [],
  };
}

function bin(prima: Document): Document {
  return {
    doctype: 'Bin',
    name: `bin-${String(prima['itemCode'])}-${String(prima['warehouse'])}`,
    modified: clock(prima['asOf']),
    item_code: prima['itemCode'],
    warehouse: prima['warehouse'],
    stock_uom: prima['uom'],
    actual_qty: float(prima['physical']),
    reserved_qty: float(prima['allocated']),
    ordered_qty: float(prima['onOrder']),
    custom_quarantine_qty: float(prima['quarantine']),
    custom_in_transit_qty: float(prima['inTransit']),
    valuation_rate: float((prima['unitCost'] as Document)['amount']),
    stock_value: float((prima['bookValue'] as Document)['amount']),
  };
}

const VOUCHERS: Record<string, string> = {
  count: 'Stock Reconciliation',
  receipt: 'Purchase Receipt',
  return: 'Delivery Note',
  transfer: 'Stock Entry',
  write_off: 'Stock Entry',
};

function stockLedgerEntry(prima: Document): Document {
  return {
    doctype: 'Stock Ledger Entry',
    name: prima['journalNo'],
    modified: clock(prima['modifiedAt']),
    ...posting(prima['postedAt']),
    voucher_type: VOUCHERS[prima['reason'] as string],
    item_code: prima['itemCode'],
    warehouse: prima['warehouse'],
    actual_qty: float(prima['quantity']),
    stock_value_difference: float((prima['value'] as Document)['amount']),
    custom_reference: prima['reference'] ?? '',
  };
}

function item(prima: Document): Document {
  return {
    doctype: 'Item',
    name: prima['itemCode'],
    item_code: prima['itemCode'],
    item_name: prima['description'],
    modified: clock(prima['modifiedAt']),
    disabled: prima['status'] === 'active' ? 0 : 1,
    end_of_life: prima['status'] === 'discontinued' ? '2026-01-31' : '2099-12-31',
    is_stock_item: prima['stockManaged'] === true ? 1 : 0,
    stock_uom: prima['baseUom'],
    uoms: (prima['uoms'] as { uom: string; factor: string }[]).map(({ uom, factor }, index) => ({
      idx: index + 1,
      uom,
      conversion_factor: float(factor),
    })),
    taxes: [{ idx: 1, item_tax_template: prima['taxCode'] }],
  };
}

function productBundle(prima: Document): Document {
  const components = prima['components'] as { itemCode: string; quantity: string }[];
  return {
    doctype: 'Product Bundle',
    name: prima['parentItemCode'],
    new_item_code: prima['parentItemCode'],
    modified: clock(prima['modifiedAt']),
    custom_explode_at: prima['explodeAt'],
    items: components.map(({ itemCode, quantity }, index) => ({
      idx: index + 1,
      item_code: itemCode,
      qty: float(quantity),
    })),
  };
}

function itemPrice(prima: Document): Document {
  const name = ['priceList', 'currency', 'itemCode', 'uom'].map((field) => String(prima[field]));
  return {
    doctype: 'Item Price',
    name: name.join('-'),
    modified: clock(prima['modifiedAt']),
    price_list: prima['priceList'],
    currency: prima['currency'],
    item_code: prima['itemCode'],
    uom: prima['uom'],
    price_list_rate: float(prima['unitPrice']),
    valid_from: day(prima['validFrom']),
  };
}

function customer(prima: Document): Document {
  return {
    doctype: 'Customer',
    name: prima['customerAccount'],
    customer_name: prima['name'],
    modified: clock(prima['modifiedAt']),
    payment_terms: prima['paymentTerms'],
    default_price_list: prima['priceList'],
  };
}

function itemTaxTemplate(prima: Document): Document {
  return {
    doctype: 'Item Tax Template',
    name: prima['taxCode'],
    modified: clock(prima['modifiedAt']),
    taxes: [{ idx: 1, tax_type: 'VAT', tax_rate: float(prima['rate']) }],
  };
}

function rows(prima: Document): Document[] {
  return prima['lines'] as Document[];
}

function row(line: Document): Document {
  return {
    idx: line['lineNo'],
    item_code: line['itemCode'],
    qty: float(line['quantity']),
    uom: line['uom'],
    rate: float(line['unitPrice']),
    net_amount: float(line['net']),
    custom_gross_amount: float(line['gross']),
    item_tax_template: line['taxCode'],
  };
}

function totals(prima: Document, sign: 1 | -1): Document {
  const { net, tax, gross } = prima['totals'] as Record<string, string>;
  const signed = (text: string | undefined) => (sign === 1 ? float(text) : negative(text));
  return { net_total: signed(net), total_taxes_and_charges: signed(tax), grand_total: signed(gross) };
}

/** ERPNext writes floats; what is no number stays what it is. */
function float(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}

function negative(value: unknown): unknown {
  const number = float(value);
  return typeof number === 'number' ? 0 - number : number;
}

/** `2026-11-20 15:10:01.000000`, by the clock on the site's wall. */
function clock(value: unknown): unknown {
  return typeof value === 'string' ? `${wall(value)}.000000` : value;
}

function posting(value: unknown): Document {
  const [date, time] = typeof value === 'string' ? wall(value).split(' ') : [];
  return { posting_date: date, posting_time: time };
}

function day(value: unknown): unknown {
  return typeof value === 'string' ? wall(value).slice(0, 10) : value;
}

function wall(time: string): string {
  return new Date(Date.parse(time) + SITE_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}
