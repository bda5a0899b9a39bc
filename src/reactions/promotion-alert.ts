/**
 * What a promotion opened and closed, as one alert, written in its transaction: all of it is told, or nothing happened. What facts
 * did meanwhile is told as itself; and what was told before, and is otherwise from now on, is told to be so: to machines one by
 * one, to people by the sums that count it.
 */
import type { ClientBase } from 'pg';
import { type HandOver, happenedSince, otherwise } from '../projections/hand-over';
import { clusterId } from '../projections/engine/reconcile';
import type { Promotion } from '../projections/promotion';
import { KIND_OF } from './alert';
import { insertOutbox } from './outbox';
import { SURGE } from './slack/thread-sums';
import { type News, tell } from './tell';

export const PROMOTED = 'generation.promoted';

export type PromotionBody = Omit<Promotion, 'position'>;

/** At once in memory. */
const PAGE = 500;

/** Has the form of `ReplayParts.onPromoted`. */
export async function tellPromotion(
  client: ClientBase,
  promotion: Promotion,
  handOver: HandOver,
): Promise<void> {
  for await (const { events, cases } of happenedSince(client, handOver))
    await insertOutbox(client, events, cases);
  await insertPromotion(client, promotion);
  const { generation, position } = promotion;
  const promotedAt = await transactionTime(client);
  const news: News[] = [];
  await client.query('UPDATE app.alert_threads SET dirty = true WHERE closed_at IS NULL');
  for await (const { drift, status, inSums } of otherwise(client, handOver)) {
    const kind = KIND_OF[status];
    news.push({
      drift,
      driftId: drift.id,
      kind,
      key: `${drift.id}@${position}/${kind}/promoted/${generation}/${promotedAt}`,
      occurrence: drift.occurrence,
      position,
      at: handOver.instant,
      promoted: generation,
      onlyIfTold: true,
      inSums,
    });
    if (news.length === PAGE) await tellOf(client, news.splice(0));
  }
  await tellOf(client, news);
}

async function tellOf(client: ClientBase, news: readonly News[]): Promise<void> {
  await tell(client, news);
  const clusters = news.map(({ drift }) => clusterId(drift.detector, drift.finding.cause));
  const surges = news.map(({ drift }) => `${SURGE}${drift.detector}`);
  await client.query(LOOK_AGAIN, [[...new Set([...clusters, ...surges])]]);
}

/** What was resolved may be open again, and nobody is told but by the thread's first message. */
const LOOK_AGAIN = `
  UPDATE app.alert_threads t SET dirty = true
   WHERE about = ANY($1) AND NOT EXISTS (
     SELECT FROM app.alert_threads n WHERE (n.about, n.place) = (t.about, t.place) AND n.created_at > t.created_at)`;

async function transactionTime(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ at: Date }>('SELECT now() AS at');
  return rows[0]?.at.toISOString() ?? '';
}

/** Where no drift opens, closes or changes there is nothing to tell. */
export async function insertPromotion(client: ClientBase, promotion: Promotion): Promise<void> {
  const { position, ...body } = promotion;
  if (body.drifts.length === 0) return;
  await client.query(INSERT, [`promoted/${body.generation}`, PROMOTED, JSON.stringify(body), position]);
}

/** A generation may be promoted again, but not twice in one transaction. Promotions are told in their order, as by one name. */
const INSERT = `
  INSERT INTO app.outbox (idempotency_key, kind, told_as, body, position)
  VALUES ($1 || '/' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), $2, $2, $3, $4)`;
