/**
 * What integrations send at a steady rate: each event of the warehouse in a request of its own, as webhooks come, and what the
 * books changed in each fiftieth of a second as one array. Now and then one opens a drift
 * that waits for nothing: an order that the warehouse rejects, or an event that nothing maps.
 */
import type { BulkMessage } from '../../src/simulator';

export const PER_SECOND = 1_000;
export const SLOTS_PER_SECOND = 50;
const PER_SLOT = PER_SECOND / SLOTS_PER_SECOND;
/** A drift is opened in every second slot: 25 a second. */
const OPENS_EVERY = 2;

export interface Request {
  path: string;
  contentType: string;
  body: string;
  facts: number;
  /** The query that finds the drift which this fact opens; null for most. */
  opens: ((position: number) => string) | null;
}

/** The requests of each slot of time. */
export type Load = Request[][];

/** An order as the books tell it. */
type Document = Record<string, unknown> & { modifiedAt: string };

export function planLoad(messages: Iterator<BulkMessage>, seconds: number): Load {
  const load: Load = [];
  let placed: Document | null = null;
  for (let slot = 0; slot < seconds * SLOTS_PER_SECOND; slot++) {
    const opener = slot % OPENS_EVERY === 0 ? openerOf(slot, placed) : null;
    const bodies = new Map<string, string[]>();
    if (placed !== null && isRejected(slot + 1)) bodies.set('prima', [orderToReject(placed, slot + 1)]);
    const requests: Request[] = opener ? [opener] : [];
    for (let count = requests.length + bodies.size; count < PER_SLOT; count++) {
      const next = messages.next();
      if (next.done) throw new Error('trading ended before the load');
      const { source, body } = next.value;
      if (body.includes('"status":"pending_fulfilment"')) placed = JSON.parse(body) as Document;
      if (source === 'scend') requests.push(request(source, body, 1));
      else bodies.set(source, [...(bodies.get(source) ?? []), body]);
    }
    for (const [source, several] of bodies)
      requests.push(request(source, `[${several.join(',')}]`, several.length));
    load.push(requests);
  }
  return load;
}

function request(source: string, body: string, facts: number, opens: Request['opens'] = null): Request {
  return { path: `/v1/sources/${source}/facts`, contentType: 'application/json', body, facts, opens };
}

/** The slots whose opener is a rejection; the others' is an event that nothing maps. */
function isRejected(slot: number): boolean {
  return slot % (2 * OPENS_EVERY) === OPENS_EVERY;
}

/** Of an order that the warehouse never receives, so that its drift opens in whatever blocks its facts are recorded. */
const orderNo = (slot: number) => `SO9${String(slot).padStart(6, '0')}`;

function orderToReject(like: Document, slot: number): string {
  return JSON.stringify({ ...like, salesOrderNo: orderNo(slot), externalRef: null });
}

function openerOf(slot: number, placed: Document | null): Request {
  const event = {
    event_id: `bench-${slot}`,
    occurred_at: placed?.modifiedAt ?? new Date().toISOString(),
    client_id: 'ACME',
    warehouse: 'UK1',
  };
  if (placed === null || !isRejected(slot)) {
    const body = JSON.stringify({ ...event, event_type: 'pallet.weighed', weight_kg: 412 });
    return request('scend', body, 1, (position) => `detector=message-unmapped&subject=fact:${position}`);
  }
  const body = JSON.stringify({
    ...event,
    event_type: 'order.rejected',
    order_ref: orderNo(slot),
    reason_code: 'UNKNOWN_SKU',
    reason: 'item not on file',
    lines: [],
  });
  return request('scend', body, 1, () => `detector=order-rejected&subject=order:${orderNo(slot)}`);
}
