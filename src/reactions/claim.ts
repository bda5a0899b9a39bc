import type { Pool } from 'pg';
import { withTransaction } from '../platform/pools';
import type { AlertBody, DriftAlertKind } from './alert';
import { DIGEST, type DigestBody } from './digest-alert';
import { IMPORTED, type ImportBody } from './import-alert';
import { PROMOTED, type PromotionBody } from './promotion-alert';
import { readBody } from './read-alert';

interface Claimed<K, B> {
  id: number;
  kind: K;
  body: B;
  /** This one included. */
  attempts: number;
  createdAt: Date;
  /** Of the fact that it was folded with. */
  position: number;
  /** `traceparent` of the request that it comes from; see `traced`. */
  trace?: string;
  /** The message that it was to be part of, when it was tried before. */
  message: string | null;
  /** Of what follows an opening: the message that told of that. */
  toldIn: string | null;
}

export type DriftAlert = Claimed<DriftAlertKind, AlertBody>;
export type PromotionAlert = Claimed<typeof PROMOTED, PromotionBody>;
export type ImportAlert = Claimed<typeof IMPORTED, ImportBody>;
export type DigestAlert = Claimed<typeof DIGEST, DigestBody>;
export type Summary = PromotionAlert | ImportAlert | DigestAlert;
export type Alert = DriftAlert | Summary;

/** Of no single drift: it goes out by itself. */
export function isSummary(alert: Alert): alert is Summary {
  return alert.kind === PROMOTED || alert.kind === IMPORTED || alert.kind === DIGEST;
}

/** An alert has one state for people and one for machines: two columns of each kind in one row. */
export interface Queue {
  status: string;
  attempts: string;
  nextAttemptAt: string;
  lastError: string;
  sentAt: string;
}

export const TO_PEOPLE: Queue = {
  status: 'status',
  attempts: 'attempts',
  nextAttemptAt: 'next_attempt_at',
  lastError: 'last_error',
  sentAt: 'sent_at',
};
export const TO_MACHINES: Queue = {
  status: 'hook_status',
  attempts: 'hook_attempts',
  nextAttemptAt: 'hook_next_attempt_at',
  lastError: 'hook_last_error',
  sentAt: 'hook_sent_at',
};

const AFTER_PROMOTIONS = `
  AND o.id <= coalesce((SELECT min(id) FROM app.outbox WHERE told_as = '${PROMOTED}' AND status = 'pending'), o.id)`;
/** Where a promotion's sums are given up, what they tell of is told as itself. What is written in one transaction has one time. */
const TELL_EACH = `
  UPDATE app.outbox o SET status = 'pending', next_attempt_at = now()
    FROM app.outbox p WHERE p.id = ANY($1::bigint[]) AND p.kind = '${PROMOTED}'
     AND o.id > p.id AND o.created_at = p.created_at AND o.status = 'kept' AND o.drift_id IS NOT NULL`;

/** What was taken: alerts, and numbers of those that nobody can read. */
export interface Claim {
  alerts: Alert[];
  unreadable: number[];
}

/** Bodies that are taken at once, unless a single one has more. */
const MOST_BYTES = 8_388_608;

/** Nothing waits longer, be it for a quiet night's end: what seems to was put off by a clock that has been set back since. */
const LONGEST_PAUSE = `interval '25 hours'`;

const ms = (parameter: string) => `${parameter} * interval '1 millisecond'`;

/** The outbox, as one of its two kinds of reader sees it. Column names are this file's own. */
export class Outbox {
  constructor(
    readonly pool: Pool,
    private readonly queue: Queue,
  ) {}

  /**
   * Takes due alerts for `leaseMs`, and counts the attempt: a sender that dies with them in hand has used one, and another
   * takes them when the lease is over. Several senders never hold the same alert, and never wait for one another. What is told of
   * one drift is taken in its order: the next when the one before was sent, or given up. To people, so is what follows a
   * promotion, whose sums tell of many.
   * @param gatherMs how long an alert waits for others that can go out in one message with it
   */
  async claim(options: { limit: number; leaseMs: number; gatherMs: number }): Promise<Claim> {
    const { limit, leaseMs, gatherMs } = options;
    const { status, attempts, nextAttemptAt } = this.queue;
    const { rows } = await this.pool.query<Claimed<string, string>>(
      `WITH due AS MATERIALIZED (
         SELECT id, octet_length(body) AS bytes, ${nextAttemptAt} AS at FROM app.outbox o
          WHERE ${status} = 'pending' AND (${nextAttemptAt} <= now() - ${ms('$3')} OR ${nextAttemptAt} > now() + ${LONGEST_PAUSE})
            AND NOT EXISTS (SELECT FROM app.outbox e WHERE e.told_as = o.told_as AND e.id < o.id AND e.${status} = 'pending')
            ${this.queue === TO_PEOPLE ? AFTER_PROMOTIONS : ''}
          ORDER BY ${nextAttemptAt}, id LIMIT $1 FOR UPDATE SKIP LOCKED),
       summed AS (SELECT id, sum(bytes) OVER (ORDER BY at, id) - bytes AS before FROM due)
       UPDATE app.outbox o SET ${attempts} = ${attempts} + 1, ${nextAttemptAt} = now() + ${ms('$2')}
        WHERE id IN (SELECT id FROM summed WHERE before < ${MOST_BYTES})
        RETURNING id, kind, body, ${attempts} AS attempts, position, created_at AS "createdAt", message,
          CASE WHEN kind LIKE 'drift.%' AND kind <> 'drift.opened' THEN (SELECT told.message FROM app.outbox told
            WHERE told.told_as = o.told_as AND told.id < o.id AND told.kind = 'drift.opened' AND told.message IS NOT NULL
            ORDER BY told.id DESC LIMIT 1) END AS "toldIn"`,
      [limit, leaseMs, gatherMs],
    );
    const claim: Claim = { alerts: [], unreadable: [] };
    for (const row of rows) {
      const body = readBody(row);
      if (body) claim.alerts.push({ ...row, body } as Alert);
      else claim.unreadable.push(row.id);
    }
    claim.alerts.sort((a, b) => a.id - b.id);
    return claim;
  }

  async sent(ids: readonly number[]): Promise<void> {
    const { status, sentAt, lastError } = this.queue;
    await this.pool.query(
      `UPDATE app.outbox SET ${status} = 'sent', ${sentAt} = now(), ${lastError} = NULL WHERE id = ANY($1::bigint[])`,
      [ids],
    );
  }

  /** `retryInMs` null: no further attempt is made. */
  async failed(ids: readonly number[], reason: string, retryInMs: number | null): Promise<void> {
    const { status, nextAttemptAt, lastError } = this.queue;
    await withTransaction(this.pool, async (client) => {
      await client.query(
        `UPDATE app.outbox SET ${lastError} = $2,
           ${status} = CASE WHEN $3::float8 IS NULL THEN 'dead' ELSE 'pending' END,
           ${nextAttemptAt} = now() + coalesce(${ms('$3::float8')}, interval '0')
          WHERE id = ANY($1::bigint[])`,
        [ids, reason, retryInMs],
      );
      if (retryInMs === null && this.queue === TO_PEOPLE) await client.query(TELL_EACH, [ids]);
    });
  }

  /** As a message of its own from now on, since what it was part of was refused for one of its alerts; of none an attempt is used up. */
  async apart(ids: readonly number[], reason: string): Promise<void> {
    const { attempts, nextAttemptAt, lastError } = this.queue;
    await this.pool.query(
      `UPDATE app.outbox SET ${attempts} = ${attempts} - 1, ${nextAttemptAt} = now(), ${lastError} = $2,
         message = coalesce(regexp_replace(message, '/[^/]*$', ''), 'apart') || '/' || $3::text WHERE id = ANY($1::bigint[])`,
      [ids, reason, Math.min(...ids)],
    );
  }

  /** Not tried after all. */
  async putBack(ids: readonly number[], waitMs: number): Promise<void> {
    const { attempts, nextAttemptAt } = this.queue;
    await this.pool.query(
      `UPDATE app.outbox SET ${attempts} = ${attempts} - 1, ${nextAttemptAt} = now() + ${ms('$2')}
        WHERE id = ANY($1::bigint[])`,
      [ids, waitMs],
    );
  }

  async keep(ids: readonly number[]): Promise<void> {
    const { status, attempts } = this.queue;
    await this.pool.query(
      `UPDATE app.outbox SET ${status} = 'kept', ${attempts} = ${attempts} - 1 WHERE id = ANY($1::bigint[])`,
      [ids],
    );
  }

  /** Where nothing is configured to send to, alerts wait for nobody: `/v1/alerts` shows them. Answers how many there were. */
  async keepAll(): Promise<number> {
    const { status } = this.queue;
    const { rowCount } = await this.pool.query(
      `UPDATE app.outbox SET ${status} = 'kept' WHERE ${status} = 'pending'`,
    );
    return rowCount ?? 0;
  }
}
