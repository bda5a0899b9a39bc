/** Every example of the contract, as the system would send it. */

type Examples = Readonly<Record<string, string>>;

export const primaExamples: Examples = {
  SalesOrder:
    '{"documentType":"SalesOrder","salesOrderNo":"SO100901","externalRef":"SC-100901","channel":"scayle","customerAccount":"C00001","currency":"EUR","orderedAt":"2026-11-20T09:40:00Z","status":"pending_fulfilment","priceList":"RETAIL","paymentTerms":"prepaid","discountCodes":[], "lines":[{"lineNo":1,"itemCode":"563843898","quantity":"2","uom":"EA","unitPrice":"10.00","discount":"0.00","net":"20.00","taxCode":"DE-S","taxRate":"19.00","tax":"3.80","gross":"23.80","isNonStock":false}, {"lineNo":2,"itemCode":"DELIVERY","quantity":"1","uom":"EA","unitPrice":"1.68","discount":"0.00","net":"1.68","taxCode":"DE-S","taxRate":"19.00","tax":"0.32","gross":"2.00","isNonStock":true}], "totals":{"net":"21.68","tax":"4.12","gross":"25.80"},"version":1,"modifiedAt":"2026-11-20T09:40:01Z"}',
  ItemFulfilment:
    '{"documentType":"ItemFulfilment","fulfilmentNo":"IF0004711","salesOrderNo":"SO100901","externalRef":"SC-100901","status":"shipped","shippedAt":"2026-11-21T14:05:00Z","warehouse":"UK1","warehouseDispatchRef":"SCD-889","trackingNumbers":["RB715114139GB"],"carrier":"ROYAL_MAIL","service":"TRACKED24","carrierCost":{"amount":"3.90","currency":"GBP"},"lines":[{"lineNo":1,"itemCode":"563843898","quantity":"2","uom":"EA"}],"version":1,"modifiedAt":"2026-11-21T14:06:10Z"}',
  Invoice:
    '{"documentType":"Invoice","invoiceNo":"INV000900","salesOrderNo":"SO100901","externalRef":"SC-100901","fulfilmentNos":["IF0004711"],"customerAccount":"C00001","currency":"EUR","postedAt":"2026-11-21T18:00:00Z","period":"2026-11","lines":[{"lineNo":1,"orderLineNo":1,"itemCode":"563843898","quantity":"2","uom":"EA","unitPrice":"10.00","net":"20.00","taxCode":"DE-S","taxRate":"19.00","tax":"3.80","gross":"23.80"},{"lineNo":2,"orderLineNo":2,"itemCode":"DELIVERY","quantity":"1","uom":"EA","unitPrice":"1.68","net":"1.68","taxCode":"DE-S","taxRate":"19.00","tax":"0.32","gross":"2.00"}],"totals":{"net":"21.68","tax":"4.12","gross":"25.80"},"version":1,"modifiedAt":"2026-11-21T18:00:01Z"}',
  CreditNote:
    '{"documentType":"CreditNote","creditNoteNo":"CN000310","invoiceNo":"INV000900","salesOrderNo":"SO100901","externalRef":"SC-100901","returnRef":"R-1","currency":"EUR","postedAt":"2026-11-29T09:00:00Z","period":"2026-11","lines":[{"lineNo":1,"itemCode":"563843898","quantity":"1","uom":"EA","net":"10.00","taxCode":"DE-S","taxRate":"19.00","tax":"1.90","gross":"11.90"}],"totals":{"net":"10.00","tax":"1.90","gross":"11.90"},"reason":"RETURN","version":1,"modifiedAt":"2026-11-29T09:00:01Z"}',
  RefundRequest:
    '{"documentType":"RefundRequest","refundNo":"RF0042","salesOrderNo":"SO100901","externalRef":"SC-100901","returnRef":"R-1","currency":"EUR","amount":"11.90","refund_items":[{"order_item_id":"10976510","itemCode":"563843898","quantity":"1","amount":"11.90","tax_amount":"1.90","reason":"too-small"}],"requestedAt":"2026-11-28T11:00:00Z","version":1,"modifiedAt":"2026-11-28T11:00:01Z"}',
  StockBalance:
    '{"documentType":"StockBalance","asOf":"2026-11-20T06:00:00Z","warehouse":"UK1","itemCode":"563843898","uom":"EA","physical":"12","allocated":"5","quarantine":"1","inTransit":"3","free":"6","onOrder":"0","available":"6","unitCost":{"amount":"4.20","currency":"EUR"},"bookValue":{"amount":"50.40","currency":"EUR"},"version":118,"modifiedAt":"2026-11-20T06:00:01Z"}',
  StockReservation:
    '{"documentType":"StockReservation","reservationNo":"RS9","externalRef":"SC-100901","trigger":"basket","warehouse":"UK1","itemCode":"563843898","quantity":"2","reservedAt":"2026-11-20T09:18:30Z","version":1,"modifiedAt":"2026-11-20T09:18:31Z"}',
  Item: '{"documentType":"Item","itemCode":"563843898","description":"Weekend bag","status":"active","stockManaged":true,"baseUom":"EA","uoms":[{"uom":"EA","factor":"1"},{"uom":"CASE","factor":"12"},{"uom":"PALLET","factor":"480"}],"taxCode":"S","weightG":740,"customsCode":"42029298","countryOfOrigin":"IT","supplierCode":"SUP-9","barcode":"5012345678900","version":3,"modifiedAt":"2026-11-18T08:00:00Z"}',
  BillOfMaterials:
    '{"documentType":"BillOfMaterials","parentItemCode":"KIT-1","components":[{"itemCode":"STRAP-1","quantity":"1"},{"itemCode":"BODY-1","quantity":"1"}],"explodeAt":"order","version":2,"modifiedAt":"2026-11-18T08:00:00Z"}',
  PriceList:
    '{"documentType":"PriceList","priceList":"RETAIL","currency":"GBP","itemCode":"563843898","uom":"EA","unitPrice":"89.00","taxIncluded":true,"validFrom":"2026-11-01T00:00:00Z","version":1,"modifiedAt":"2026-11-01T00:00:00Z"}',
  Customer:
    '{"documentType":"Customer","customerAccount":"C00001","name":"Ada Lovelace","email":"a@example.com","taxId":null,"paymentTerms":"prepaid","priceList":"RETAIL","externalIds":{"scayle":"CUST-1","orocommerce":null,"sfmc":"003XX0000001"},"address":{"line1":"1 High St","postcode":"N1 1AA","country":"GB"},"consent":{"email":"opted_out"},"consentChangedAt":"2026-11-20T08:00:00Z","version":4,"modifiedAt":"2026-11-20T08:00:01Z"}',
  TaxCode:
    '{"documentType":"TaxCode","taxCode":"DE-S","country":"DE","rate":"19.00","validFrom":"2021-01-01T00:00:00Z","version":1,"modifiedAt":"2021-01-01T00:00:00Z"}',
  StockJournal:
    '{"documentType":"StockJournal","journalNo":"SJ55","warehouse":"UK1","itemCode":"563843898","quantity":"-1","value":{"amount":"-4.20","currency":"EUR"},"reason":"count","reference":null,"postedAt":"2026-11-20T06:30:00Z","version":1,"modifiedAt":"2026-11-20T06:30:01Z"}',
};

export const scendExamples: Examples = {
  'item.synchronised':
    '{"event_id":"evt-1","event_type":"item.synchronised","occurred_at":"2026-11-18T08:10:00Z","client_id":"ACME","warehouse":"UK1","sku":"563843898","base_uom":"EA"}',
  'order.received':
    '{"event_id":"evt-2","event_type":"order.received","occurred_at":"2026-11-20T09:45:00Z","client_id":"ACME","warehouse":"UK1","order_ref":"SO100901","wh_ref":"W-55","lines":[{"order_line":1,"sku":"563843898","qty":2}]}',
  'order.rejected':
    '{"event_id":"evt-3","event_type":"order.rejected","occurred_at":"2026-11-20T09:45:00Z","client_id":"ACME","warehouse":"UK1","order_ref":"SO100902","reason_code":"UNKNOWN_SKU","reason":"SKU \'BAG 10157\' not on file","lines":[{"order_line":1,"sku":"BAG 10157","qty":1}]}',
  'order.allocated':
    '{"event_id":"evt-4","event_type":"order.allocated","occurred_at":"2026-11-20T09:50:00Z","client_id":"ACME","warehouse":"UK1","order_ref":"SO100901","lines":[{"order_line":1,"sku":"563843898","qty":2,"short_qty":0}]}',
  'order.cancelled':
    '{"event_id":"evt-5","event_type":"order.cancelled","occurred_at":"2026-11-20T10:50:00Z","client_id":"ACME","warehouse":"UK1","order_ref":"SO100903"}',
  'order.manifested':
    '{"event_id":"evt-6","event_type":"order.manifested","occurred_at":"2026-11-21T13:55:00Z","client_id":"ACME","warehouse":"UK1","order_ref":"SO100901","dispatch_ref":"SCD-889","carrier":"ROYAL_MAIL","service":"TRACKED24","cost":{"amount":"3.90","currency":"GBP"}}',
  'order.dispatched':
    '{"event_id":"evt-7","event_type":"order.dispatched","occurred_at":"2026-11-21T14:00:00Z","client_id":"ACME","warehouse":"UK1","order_ref":"SO100901","dispatch_ref":"SCD-889","carrier":"ROYAL_MAIL","service":"TRACKED24","parcels":[{"tracking_number":"RB715114139GB","weight_g":740,"lines":[{"order_line":1,"sku":"563843898","qty":2}]}]}',
  'return.received':
    '{"event_id":"evt-8","event_type":"return.received","occurred_at":"2026-11-28T10:00:00Z","client_id":"ACME","warehouse":"UK1","order_ref":"SO100901","rma_ref":"R-1","lines":[{"sku":"563843898","qty":1,"condition":"resaleable","to_status":"available"}]}',
  'stock.level':
    '{"event_id":"evt-9","event_type":"stock.level","occurred_at":"2026-11-20T05:58:11Z","client_id":"ACME","warehouse":"UK1","lines":[{"sku":"563843898","statuses":{"available":6,"allocated":5,"quarantine":1,"in_transfer":3},"unlocated":0,"as_of":"2026-11-20T05:58:00Z","sequence":8812}]}',
  'stock.adjusted':
    '{"event_id":"evt-10","event_type":"stock.adjusted","occurred_at":"2026-11-20T06:30:00Z","client_id":"ACME","warehouse":"UK1","sku":"563843898","delta":-1,"before":6,"after":5,"status":"available","reason":"count","sequence":8813}',
  'transfer.dispatched':
    '{"event_id":"evt-11","event_type":"transfer.dispatched","occurred_at":"2026-11-20T07:00:00Z","client_id":"ACME","warehouse":"UK1","transfer_ref":"T-9","to_warehouse":"UK2","lines":[{"sku":"563843898","qty":3}]}',
  'transfer.received':
    '{"event_id":"evt-13","event_type":"transfer.received","occurred_at":"2026-11-21T07:00:00Z","client_id":"ACME","warehouse":"UK2","transfer_ref":"T-9","from_warehouse":"UK1","lines":[{"sku":"563843898","qty":3}]}',
  'goods.received':
    '{"event_id":"evt-12","event_type":"goods.received","occurred_at":"2026-11-20T07:00:00Z","client_id":"ACME","warehouse":"UK1","po_ref":"PO-5","lines":[{"sku":"563843898","qty":24}]}',
};

export const middlewareExamples: Examples = {
  'sync.failed':
    '{"id":"m-1","type":"sync.failed","at":"2026-11-20T09:41:00Z","from":"scayle","to":"prima","entity":"order","ref":"SC-100904","error":{"code":"UNKNOWN_SKU","message":"item not on file: WARRANTY-2Y"},"attempt":3}',
  'sync.succeeded':
    '{"id":"m-2","type":"sync.succeeded","at":"2026-11-20T09:59:00Z","from":"scayle","to":"prima","entity":"order","ref":"SC-100904","attempt":4}',
  'feed.heartbeat':
    '{"id":"m-3","type":"feed.heartbeat","at":"2026-11-20T10:00:00Z","source":"scend","stream":"stock","as_of":"2026-11-20T09:59:30Z","row_count":412,"last_sequence":8813}',
  'bulk.completed':
    '{"id":"m-4","type":"bulk.completed","at":"2026-11-20T10:00:00Z","from":"plytix","to":"prima","job":"J-7","skus":["BAG-10157","BAG-10158"],"throttled":true}',
};
