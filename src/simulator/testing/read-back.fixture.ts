/** For tests: reads the messages back as a stranger would, knowing nothing of how they were made. */
import { HOUR } from '../timeline';
import type { Delivery } from '../deliver';

export interface Line {
  lineNo: number;
  orderLineNo?: number;
  salesOrderNo?: string;
  itemCode: string;
  quantity: string;
  uom: string;
  unitPrice: string;
  discount?: string;
  net: string;
  taxRate: string;
  tax: string;
  gross: string;
  isNonStock?: boolean;
}

export interface Document {
  [field: string]: unknown;
  documentType: string;
  version: number;
  modifiedAt: string;
  salesOrderNo: string;
  externalRef: string | null;
  status: string;
  lines: Line[];
  totals: { net: string; tax: string; gross: string };
}

export interface ScendLine {
  order_line: number;
  sku: string;
  qty: number;
  as_of: string;
  to_status: string;
  statuses: Record<string, number>;
  sequence: number;
}

export interface ScendEvent {
  [field: string]: unknown;
  event_id: string;
  event_type: string;
  occurred_at: string;
  warehouse: string;
  order_ref: string;
  sku: string;
  delta: number;
  lines: ScendLine[];
  parcels: { tracking_number: string; lines: ScendLine[] }[];
}

/** Distinct sound messages; the faulty ones are left out, for they mean nothing. */
export interface ReadBack {
  documents(type: string): Document[];
  events(type: string): ScendEvent[];
  /** The highest version of each sales order. */
  orders: Map<string, Document>;
  /** Base units of one `uom` of an item. */
  factor(itemCode: string, uom: string): number;
  /** What lies in a warehouse for one unit of an item: itself, or what the warehouse makes a kit of. */
  picks(itemCode: string): { sku: string; quantity: number }[];
  /** `sync.failed` about an order. */
  failed: Set<string>;
  /** What the middleware said, of transfers and of feeds. */
  middleware: Record<string, string | number | undefined>[];
}

export function readBack(deliveries: Iterable<Delivery>): ReadBack {
  const documents = new Map<string, Document>();
  const events = new Map<string, ScendEvent>();
  const failed = new Set<string>();
  const middleware = new Map<string, ReadBack['middleware'][number]>();
  for (const { source, body, faultId } of deliveries) {
    if (faultId !== undefined && !faultId.startsWith('unresolved')) continue;
    const parsed: unknown = JSON.parse(body);
    const normal = JSON.stringify(parsed);
    if (source === 'prima') documents.set(normal, parsed as Document);
    if (source === 'scend') events.set(normal, parsed as ScendEvent);
    const message = parsed as { type?: string; ref?: string; entity?: string };
    if (source === 'middleware') middleware.set(normal, parsed as ReadBack['middleware'][number]);
    if (message.type === 'sync.failed' && message.entity === 'order') failed.add(message.ref ?? '');
  }
  const ofType = (type: string) => [...documents.values()].filter((d) => d.documentType === type);
  const orders = new Map<string, Document>();
  for (const order of ofType('SalesOrder')) {
    if ((orders.get(order.salesOrderNo)?.version ?? 0) < order.version) orders.set(order.salesOrderNo, order);
  }
  const items = new Map(ofType('Item').map((item) => [item['itemCode'] as string, item]));
  const kits = new Map(
    ofType('BillOfMaterials')
      .filter((bom) => bom['explodeAt'] === 'warehouse')
      .map((bom) => [
        bom['parentItemCode'] as string,
        (bom['components'] as { itemCode: string; quantity: string }[]).map((c) => ({
          sku: c.itemCode,
          quantity: Number(c.quantity),
        })),
      ]),
  );
  return {
    documents: ofType,
    events: (type) => [...events.values()].filter((event) => event.event_type === type),
    orders,
    factor: (itemCode, uom) => {
      const uoms = (items.get(itemCode)?.['uoms'] ?? []) as { uom: string; factor: string }[];
      const found = uoms.find((unit) => unit.uom === uom);
      if (!found) throw new Error(`${itemCode} has no ${uom}`);
      return Number(found.factor);
    },
    picks: (itemCode) => kits.get(itemCode) ?? [{ sku: itemCode, quantity: 1 }],
    failed,
    middleware: [...middleware.values()],
  };
}

/** `"12.50"` → 1250n; anything but two places is an error. */
export function minor(text: string): bigint {
  if (!/^-?\d+\.\d\d$/.test(text)) throw new Error(`not an amount: ${text}`);
  return BigInt(text.replace('.', ''));
}

/** Adds to a tally under a key. */
export function tally(into: Map<string, number>, key: string, amount: number): void {
  into.set(key, (into.get(key) ?? 0) + amount);
}

export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

export const due = (clock: unknown, hours: number, now: number): boolean =>
  Date.parse(String(clock)) + hours * HOUR <= now;
export const subject = (order: Document | undefined, no: string): string =>
  `order:${order?.externalRef ?? no}`;
export const isGoods = (line: Line): boolean => line.isNonStock !== true;
export const base = (back: ReadBack, line: Line): number =>
  Number(line.quantity) * back.factor(line.itemCode, line.uom);
