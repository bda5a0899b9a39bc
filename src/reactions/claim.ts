import type { Pool } from 'pg';
import type { AlertBody, DriftAlertKind } from './alert';
import { IMPORTED, type ImportBody } from './import-alert';
import { PROMOTED, type PromotionBody } from './promotion-alert';

interface Claimed<K, B> {
  id: number;
  kind: K;
  body: B;
  /** This one included. */
  attempts: number;
  /** `traceparent` of the request that it comes from; see `traced`. */
  trace?: string;
}

export type DriftAlert = Claimed<DriftAlertKind, AlertBody>;
export type PromotionAlert = Claimed<typeof PROMOTED, PromotionBody>;
export type ImportAlert = Claimed<typeof IMPORTED, ImportBody>;
export type Alert = DriftAlert | PromotionAlert | ImportAlert;

/** Of no single drift: it goes out by itself. */
export function isSummary(alert: Alert): alert is PromotionAlert | ImportAlert {
  return alert.kind === PROMOTED || alert.kind === IMPORTED;
}

/**
 * Takes due alerts for `leaseMs`, and counts the attempt: a sender that dies with them in hand has used one, and another
 * takes them when the lease is over. Several senders never hold the same alert, and never wait for one another.
 * @param gatherMs how long an alert waits for others that can go out in one message with it
 */
export async function claim(
  pool: Pool,
  options: { limit: number; leaseMs: number; gatherMs: number },
): Promise<(Alert & { position: number })[]> {
  const { limit, leaseMs, gatherMs } = options;
  const { rows } = await pool.query<Claimed<string, string> & { position: number }>(CLAIM, [
    limit,
    leaseMs,
    gatherMs,
  ]);
  return rows
    .map((row) => ({ ...row, body: JSON.parse(row.body) as unknown }) as Alert & { position: number })
    .sort((a, b) => a.id - b.id);
}

const ms = (parameter: string) => `${parameter} * interval '1 millisecond'`;
const CLAIM = `
  UPDATE app.outbox SET attempts = attempts + 1, next_attempt_at = now() + ${ms('$2')}
   WHERE id IN (SELECT id FROM app.outbox
                 WHERE status = 'pending' AND next_attempt_at <= now() - ${ms('$3')}
                 ORDER BY next_attempt_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING id, kind, body, attempts, position`;

export async function markSent(pool: Pool, ids: readonly number[]): Promise<void> {
  await pool.query(
    `UPDATE app.outbox SET status = 'sent', sent_at = now(), last_error = NULL WHERE id = ANY($1::bigint[])`,
    [ids],
  );
}

/** `retryInMs` null: no further attempt is made. */
export async function markFailed(
  pool: Pool,
  ids: readonly number[],
  reason: string,
  retryInMs: number | null,
): Promise<void> {
  await pool.query(
    `UPDATE app.outbox SET last_error = $2, status = CASE WHEN $3::float8 IS NULL THEN 'dead' ELSE 'pending' END,
       next_attempt_at = now() + coalesce(${ms('$3::float8')}, interval '0')
      WHERE id = ANY($1::bigint[])`,
    [ids, reason, retryInMs],
  );
}

/** Where nothing is configured to send to, alerts wait for nobody: `/v1/alerts` shows them. Answers how many there were. */
export async function keepAll(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(`UPDATE app.outbox SET status = 'kept' WHERE status = 'pending'`);
  return rowCount ?? 0;
}
