/** What a promotion opened and closed, as one alert, written in its transaction: all of it is told, or nothing happened. */
import type { ClientBase } from 'pg';
import type { Promotion } from '../projections/promotion';

export const PROMOTED = 'generation.promoted';

export type PromotionBody = Omit<Promotion, 'position'>;

/** Has the form of `ReplayParts.onPromoted`. Where no drift opens, closes or changes there is nothing to tell. */
export async function insertPromotion(client: ClientBase, promotion: Promotion): Promise<void> {
  const { position, ...body } = promotion;
  if (body.drifts.length === 0) return;
  await client.query(INSERT, [`promoted/${body.generation}`, PROMOTED, JSON.stringify(body), position]);
}

/** A generation may be promoted again, but not twice in one transaction. */
const INSERT = `
  INSERT INTO app.outbox (idempotency_key, kind, body, position)
  VALUES ($1 || '/' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), $2, $3, $4)`;
