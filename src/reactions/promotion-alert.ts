/**
 * What a promotion opened and closed, as one alert, written in its transaction: all of it is told, or nothing happened. What facts
 * did meanwhile is told as itself; and what was told before, and is otherwise from now on, is told to be so.
 */
import type { ClientBase } from 'pg';
import { type HandOver, happenedSince, otherwise } from '../projections/hand-over';
import type { Promotion } from '../projections/promotion';
import { KIND_OF } from './alert';
import { insertOutbox } from './outbox';
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
  for await (const { drift, status } of otherwise(client, handOver)) {
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
    });
    if (news.length === PAGE) await tell(client, news.splice(0));
  }
  await tell(client, news);
  await client.query('UPDATE app.alert_threads SET dirty = true WHERE closed_at IS NULL');
}

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

/** A generation may be promoted again, but not twice in one transaction. */
const INSERT = `
  INSERT INTO app.outbox (idempotency_key, kind, body, position)
  VALUES ($1 || '/' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), $2, $3, $4)`;
