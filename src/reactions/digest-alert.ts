/** What is open, once a day: an alert of its own, whoever writes it first. */
import type { Pool } from 'pg';
import { type Digest, readDigest } from '../projections/digest';
import { localTime } from './alerting/local-time';

export const DIGEST = 'digest';

export type DigestBody = Digest;

export interface DigestTime {
  /** Minute of the day in `timeZone`. */
  readonly at: number;
  readonly timeZone: string;
}

/** Who starts late in the day begins tomorrow; who was away over the time tells it late. */
const LATEST_MINUTES = 6 * 60;

/** Once a day, when its time has come; answers whether this call wrote it. */
export function dailyDigest(
  pool: Pool,
  { at, timeZone }: DigestTime,
  now: () => Date = () => new Date(),
): () => Promise<boolean> {
  let written = '';
  return async () => {
    const { minutes, date } = localTime(now(), timeZone);
    if (date === written || minutes < at || minutes >= at + LATEST_MINUTES) return false;
    const key = `digest/${date}`;
    const known = await pool.query('SELECT FROM app.outbox WHERE idempotency_key = $1', [key]);
    let wrote = false;
    if (known.rowCount === 0) {
      const digest = await readDigest(pool);
      // Nothing is live yet: there is nothing to tell, and soon there will be.
      if (digest === null) return false;
      const { rowCount } = await pool.query(INSERT, [key, DIGEST, JSON.stringify(digest), digest.position]);
      wrote = rowCount === 1;
    }
    written = date;
    return wrote;
  };
}

const INSERT = `
  INSERT INTO app.outbox (idempotency_key, kind, body, position) VALUES ($1, $2, $3, $4)
  ON CONFLICT (idempotency_key) DO NOTHING`;
