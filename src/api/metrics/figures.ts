/** What the database says for Prometheus, in one look at what is always there and one at the live generation, if there is one. */
import type { Pool } from 'pg';
import type { FeedState } from '../../domain/cases/feed';

export interface Figures {
  alerts: [status: string, count: number][];
  /** Those given up, by where they were to go. */
  dead: [to: string, count: number][];
  /** Of the pending alert that is due for longest; 0 where none is due. */
  oldestDueSeconds: number;
  /** Of the oldest alert that is pending, however often it was tried; 0 without any. */
  oldestPendingSeconds: number;
  replays: Replay[];
  /** Null while no generation is live. */
  live: LiveFigures | null;
}

export interface Replay {
  id: number;
  purpose: string;
  status: string;
  progress: { position: number; head: number } | null;
}

export interface LiveFigures {
  generation: number;
  position: number;
  /** The clock of the last folded fact, and of the database. */
  instant: Date;
  now: Date;
  drifts: [detector: string, severity: string, count: number][];
}

const STANDING = `
  SELECT to_regclass('live.checkpoint') IS NOT NULL AS live,
         (SELECT coalesce(json_agg(json_build_array(status, count)), '[]')
            FROM (SELECT status, count(*) FROM app.outbox GROUP BY status) o) AS alerts,
         (SELECT json_build_array(json_build_array('people', count(*) FILTER (WHERE status = 'dead')),
                   json_build_array('webhook', count(*) FILTER (WHERE hook_status = 'dead')),
                   json_build_array('kafka', count(*) FILTER (WHERE publish_error IS NOT NULL)))
            FROM app.outbox WHERE status = 'dead' OR hook_status = 'dead' OR publish_error IS NOT NULL) AS dead,
         (SELECT coalesce(greatest(0, extract(epoch FROM now() - min(next_attempt_at))), 0)::float8
            FROM app.outbox WHERE status = 'pending') AS "oldestDueSeconds",
         (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
            FROM app.outbox WHERE status = 'pending') AS "oldestPendingSeconds",
         (SELECT coalesce(json_agg(json_build_object(
                   'id', id, 'purpose', purpose, 'status', status, 'progress', progress::json) ORDER BY id), '[]')
            FROM app.generations WHERE status IN ('building', 'ready') AND failure IS NULL) AS replays`;

const LIVE = `
  SELECT c.generation, c.position, c.instant, now() AS now,
         (SELECT coalesce(json_agg(json_build_array(detector, severity, count)), '[]')
            FROM (SELECT detector, severity, count(*) FROM live.drifts WHERE status = 'open'
                   GROUP BY detector, severity) d) AS drifts
    FROM live.checkpoint c`;

/** By the range of their keys: cases have no index by kind, and there are hundreds of thousands of them. */
const FEEDS = `SELECT state FROM live.cases WHERE key >= 'feed:' AND key < 'feed;' ORDER BY key`;

export async function readFigures(pool: Pool): Promise<Figures> {
  const { rows } = await pool.query<Omit<Figures, 'live'> & { live: boolean }>(STANDING);
  const [standing] = rows;
  if (!standing) throw new Error('a query without a table has one row');
  const live = standing.live ? (await pool.query<LiveFigures>(LIVE)).rows[0] : undefined;
  return { ...standing, live: live ?? null };
}

/** Of a live generation that this version can read. */
export async function feedStates(pool: Pool): Promise<FeedState[]> {
  const { rows } = await pool.query<{ state: string }>(FEEDS);
  return rows.map(({ state }) => JSON.parse(state) as FeedState);
}
