/** The threads that there are: one of each cause and channel that has something open, and the newest of those that had. */
import type { Pool } from 'pg';

export interface Thread {
  key: string;
  /** A cluster's id, or `surge/` and a detector. */
  about: string;
  title: string;
  place: string;
  ts: string | null;
  /** Its first message may be there without our knowing. */
  tried: boolean;
  /** The text of its first message, as it was last told. */
  told: string | null;
  createdAt: Date;
}

const COLUMNS = 'key, about, title, place, ts, tried, told, created_at AS "createdAt"';
/** What comes back within a day goes on in the thread that it had. */
const REOPENS = `closed_at IS NULL OR closed_at > now() - interval '1 day'`;
/** A thread is looked at again without a cause: who is its owner, or what was accepted, changes without an alert. */
const REFRESH = `interval '10 minutes'`;
const MOST_AT_ONCE = 20;

export class Threads {
  constructor(private readonly pool: Pool) {}

  async byKey(key: string): Promise<Thread | null> {
    const { rows } = await this.pool.query<Thread>(
      `UPDATE app.alert_threads SET closed_at = NULL, dirty = true
        WHERE key = $1 AND NOT EXISTS (SELECT FROM app.alert_threads o WHERE o.key <> $1 AND o.closed_at IS NULL
          AND (o.about, o.place) = (SELECT t.about, t.place FROM app.alert_threads t WHERE t.key = $1))
        RETURNING ${COLUMNS}`,
      [key],
    );
    return rows[0] ?? null;
  }

  /** @param first the number of the alert that begins it, if it is begun */
  async of(about: string, title: string, place: string, first: number): Promise<Thread> {
    const { rows } = await this.pool.query<Thread>(
      `UPDATE app.alert_threads SET closed_at = NULL, dirty = true
        WHERE key = (SELECT key FROM app.alert_threads WHERE about = $1 AND place = $2 AND (${REOPENS})
                      ORDER BY created_at DESC LIMIT 1)
        RETURNING ${COLUMNS}`,
      [about, place],
    );
    return rows[0] ?? this.begin(about, title, place, first);
  }

  /** Its message is no longer there: what is about the same begins anew. */
  async forget(key: string): Promise<void> {
    await this.pool.query(
      `UPDATE app.alert_threads SET ts = NULL, tried = false, told = NULL WHERE key = $1`,
      [key],
    );
  }

  async willTry(key: string): Promise<void> {
    await this.pool.query('UPDATE app.alert_threads SET tried = true WHERE key = $1', [key]);
  }

  async posted(key: string, ts: string, told: string | null): Promise<void> {
    await this.pool.query('UPDATE app.alert_threads SET ts = $2, told = $3 WHERE key = $1', [key, ts, told]);
  }

  /** Those whose first message may no longer be true, the longest unseen first. */
  async due(): Promise<Thread[]> {
    const { rows } = await this.pool.query<Thread>(
      `SELECT ${COLUMNS} FROM app.alert_threads
        WHERE ts IS NOT NULL AND (refreshed_at <= now() OR refreshed_at > now() + interval '1 minute')
          AND (dirty OR (closed_at IS NULL AND refreshed_at < now() - ${REFRESH}))
        ORDER BY refreshed_at LIMIT ${MOST_AT_ONCE}`,
    );
    return rows;
  }

  /** The others go first. */
  async postpone(key: string): Promise<void> {
    await this.pool.query(
      `UPDATE app.alert_threads SET refreshed_at = now() + interval '1 minute' WHERE key = $1`,
      [key],
    );
  }

  async refreshed(key: string, told: string | null, ended: boolean): Promise<void> {
    await this.pool.query(
      `UPDATE app.alert_threads t SET dirty = false, refreshed_at = now(), told = coalesce($2, told),
         closed_at = CASE WHEN $3 THEN coalesce(closed_at, now()) WHEN EXISTS (
           SELECT FROM app.alert_threads o WHERE o.key <> t.key AND (o.about, o.place) = (t.about, t.place) AND o.closed_at IS NULL)
           THEN closed_at END WHERE key = $1`,
      [key, told, ended],
    );
  }

  /** From now on these alerts are part of this message, however often it is tried. */
  async bind(ids: readonly number[], message: string): Promise<void> {
    await this.pool.query('UPDATE app.outbox SET message = $2 WHERE id = ANY($1::bigint[])', [ids, message]);
  }

  private async begin(about: string, title: string, place: string, first: number): Promise<Thread> {
    const { rows } = await this.pool.query<Thread>(
      `INSERT INTO app.alert_threads (key, about, title, place) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
      [`${about}/${first}`, about, title, place],
    );
    const [thread] = rows;
    if (!thread) throw new Error('a thread that was begun is not there');
    return thread;
  }
}
