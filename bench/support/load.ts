/**
 * What integrations send at a steady rate: each event of the warehouse in a request of its own, as webhooks come, and what the
 * books changed in each fiftieth of a second as one array. Now and then an event opens a drift that waits for nothing.
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

interface PlacedOrder {
  salesOrderNo: string;
  externalRef: string | null;
  modifiedAt: string;
}

export function planLoad(messages: Iterator<BulkMessage>, seconds: number): Load {
  const load: Load = [];
  let placed: PlacedOrder | null = null;
  for (let slot = 0; slot < seconds * SLOTS_PER_SECOND; slot++) {
    const opener: Request | null = slot % OPENS_EVERY === 0 ? openerOf(slot, placed) : null;
    const bodies = new Map<string, string[]>();
    const requests: Request[] = opener ? [opener] : [];
    for (let count = requests.length; count < PER_SLOT; count++) {
      const next = messages.next();
      if (next.done) throw new Error('trading ended before the load');
      const { source, body } = next.value;
      placed = placedOrder(body) ?? placed;
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

function placedOrder(body: string): PlacedOrder | null {
  return body.includes('"status":"pending_fulfilment"') ? (JSON.parse(body) as PlacedOrder) : null;
}

/** By turns an order that the warehouse rejects just after it was placed, and an event that nothing maps. */
function openerOf(slot: number, placed: PlacedOrder | null): Request {
  const event = {
    event_id: `bench-${Date.now()}-${slot}`,
    occurred_at: placed?.modifiedAt ?? new Date().toISOString(),
    client_id: 'ACME',
    warehouse: 'UK1',
  };
  if (placed === null || slot % (2 * OPENS_EVERY) === 0) {
    const body = JSON.stringify({ ...event, event_type: 'pallet.weighed', weight_kg: 412 });
    return request('scend', body, 1, (position) => `detector=message-unmapped&subject=fact:${position}`);
  }
  const { salesOrderNo, externalRef } = placed;
  const rejection = {
    order_ref: salesOrderNo,
    reason_code: 'UNKNOWN_SKU',
    reason: 'item not on file',
    lines: [],
  };
  const body = JSON.stringify({ ...event, event_type: 'order.rejected', ...rejection });
  return request(
    'scend',
    body,
    1,
    () => `detector=order-rejected&subject=order:${externalRef ?? salesOrderNo}`,
  );
}
