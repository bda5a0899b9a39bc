/** The cases that tell one order's story, by any system's reference. */
import type { Pool } from 'pg';
import type { OrderState } from '../../domain/cases/order';
import type { ChannelOrderState } from '../../domain/cases/simple';
import { referenceAmbiguous, unknown } from '../refusals';

export interface OrderCases {
  /** Null: only a channel's reference is known, the books have no such order. */
  order: OrderRow | null;
  /** What speaks of it by its channel's reference only. */
  channel: OrderRow | null;
}

export interface OrderRow {
  key: string;
  subject: string;
  /** But for the books' own number. */
  refs: string[];
  state: string;
  looks: string[];
  /** All positions, in the order in which they were folded. */
  facts: number[];
}

interface Row extends Omit<OrderRow, 'facts'> {
  /** The newest; before them come those of full chunks. */
  facts: number[];
  earlier: number[] | null;
}

/** Enough to see that a reference is shared; who shares it more widely is no order's reference. */
const MOST = 20;

/**
 * One statement: orders by the index of references, then, by the primary key, the channel's case, which bears the order's
 * public name. Its cost does not depend on how many cases there are.
 */
const FIND = `
  WITH orders AS (
    SELECT key, subject, refs, looks, facts, chunks, state FROM live.cases
     WHERE key IN (SELECT case_key FROM live.case_refs WHERE ref = $1 UNION ALL SELECT 'order:' || $1::text)
       AND ($1 = ANY(refs) OR key = 'order:' || $1::text) AND kind = 'order' ORDER BY key LIMIT ${MOST}
  ), found AS (
    SELECT * FROM orders
    UNION ALL
    SELECT key, subject, refs, looks, facts, chunks, state FROM live.cases
     WHERE key IN (SELECT 'channel-' || subject FROM orders UNION ALL SELECT 'channel-order:' || $1)
  )
  SELECT key, subject, refs, looks, facts, state, CASE WHEN chunks > 0 THEN (
    SELECT array_agg(position ORDER BY chunk, index) FROM live.case_facts c,
           unnest(c.positions) WITH ORDINALITY AS p(position, index) WHERE c.case_key = found.key) END AS earlier
    FROM found`;

/** Throws `order-unknown`, and `reference-ambiguous` with the candidates, each of which is found by its number. */
export async function findOrder(pool: Pool, ref: string): Promise<OrderCases> {
  if (ref.includes('\u0000') || ref.length > 1000) throw unknown('order', ref);
  const { rows } = await pool.query<Row>(FIND, [ref]);
  const found = rows.map(({ earlier, ...row }) => ({ ...row, facts: [...(earlier ?? []), ...row.facts] }));
  const orders = found.filter(({ key }) => key.startsWith('order:'));
  // The books' own number names one order, whatever else it may be a reference of.
  const order =
    orders.find(({ key }) => key === `order:${ref}`) ?? (orders.length === 1 ? orders[0] : undefined);
  if (!order && orders.length > 1) throw referenceAmbiguous(ref, orders.map(candidate));
  const named = order ? `channel-${order.subject}` : `channel-order:${ref}`;
  const channel = found.find(({ key }) => key === named) ?? null;
  if (!order && !channel) throw unknown('order', ref);
  return { order: order ?? null, channel };
}

function candidate({ key, subject }: OrderRow): { order: string; subject: string } {
  return { order: key.slice('order:'.length), subject };
}

export function orderStateOf(row: OrderRow | null): OrderState | null {
  return row && (JSON.parse(row.state) as OrderState);
}

export function channelStateOf(row: OrderRow | null): ChannelOrderState | null {
  return row && (JSON.parse(row.state) as ChannelOrderState);
}

export function keysOf({ order, channel }: OrderCases): string[] {
  return [order, channel].filter((row) => row !== null).map(({ key }) => key);
}
