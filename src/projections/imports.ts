/**
 * Import mode: history is recorded and folded as ever, and what it shows alerts nobody. It ends in two steps: a person says that
 * history is complete, and then every source that has spoken must have said something newer than that, so that what is not due
 * in history is not taken for missing; only then is all that is open told in one summary.
 */
import type { ClientBase, Pool } from 'pg';
import { type FeedState, watermark } from '../domain/cases/feed';
import type { Ledger } from '../ledger/port';
import { LIVE } from './generation-schema';

export interface Import {
  id: number;
  reason: string | null;
  begunBy: string;
  begunAt: Date;
  /** The ledger's head then. */
  fromPosition: number;
  endedBy: string | null;
  endedAt: Date | null;
  /** Whether what is still to be heard of sources is waited for. */
  waits: boolean;
  /** The last fact that alerts nobody; null until the summary is written. */
  toPosition: number | null;
}

export class ImportRefused extends Error {
  readonly code = 'import-refused';
}

/** A source that has not spoken for so long since the end is not waited for. */
const PATIENCE_MS = 24 * 3_600_000;

const SELECT = `SELECT id, reason, begun_by AS "begunBy", begun_at AS "begunAt", from_position AS "fromPosition",
  ended_by AS "endedBy", ended_at AS "endedAt", waits, to_position AS "toPosition" FROM app.imports`;

export class Imports {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: Ledger,
  ) {}

  /** From the ledger's head on. Throws `ImportRefused` while another goes on. */
  async begin(by: string, reason: string | null): Promise<Import> {
    const { position } = await this.ledger.head();
    const { rows } = await this.pool.query<{ id: number }>(
      `INSERT INTO app.imports (reason, begun_by, from_position) VALUES ($1, $2, $3)
       ON CONFLICT ((true)) WHERE to_position IS NULL DO NOTHING RETURNING id`,
      [reason, by, position],
    );
    const [begun] = rows;
    if (!begun) {
      const [open] = await this.list();
      throw new ImportRefused(`import ${open?.id ?? ''} goes on: end it first, by \`tallystick import end\``);
    }
    return this.known(begun.id);
  }

  /** History is complete. `now`: no source is waited for. Throws `ImportRefused` where none goes on. */
  async end(by: string, { now }: { now: boolean }): Promise<Import> {
    const { position } = await this.ledger.head();
    const { rows } = await this.pool.query<{ id: number }>(
      `UPDATE app.imports SET ended_by = coalesce(ended_by, $1), ended_at = coalesce(ended_at, now()),
              head_position = coalesce(head_position, $3), waits = waits AND NOT $2
        WHERE to_position IS NULL RETURNING id`,
      [by, now, position],
    );
    const [ended] = rows;
    if (!ended) throw new ImportRefused('no import goes on: `tallystick import begin` begins one');
    return this.known(ended.id);
  }

  /** The newest first. */
  async list(): Promise<Import[]> {
    return (await this.pool.query<Import>(`${SELECT} ORDER BY id DESC`)).rows;
  }

  /** Empty unless it has ended and waits. */
  async waitingFor({ endedAt, waits, toPosition }: Import): Promise<string[]> {
    return endedAt === null || toPosition !== null || !waits ? [] : silentSince(this.pool, endedAt);
  }

  private async known(id: number): Promise<Import> {
    const { rows } = await this.pool.query<Import>(`${SELECT} WHERE id = $1`, [id]);
    if (!rows[0]) throw new Error(`import ${id} is gone`);
    return rows[0];
  }
}

/** Sources that have spoken, and not of anything newer. None once everybody's patience is over. */
export async function silentSince(db: Pool | ClientBase, end: Date): Promise<string[]> {
  const { rows } = await db.query<{ instant: Date; feeds: string[]; over: boolean }>(
    `SELECT c.instant, now() > $1::timestamptz + $2::float8 * interval '1 millisecond' AS over,
            ARRAY(SELECT state FROM ${LIVE}.cases WHERE key >= 'feed:' AND key < 'feed;') AS feeds
       FROM ${LIVE}.checkpoint c`,
    [end, PATIENCE_MS],
  );
  const [row] = rows;
  if (!row || row.over) return [];
  const feeds = row.feeds.map((state) => JSON.parse(state) as FeedState);
  const silent = (source: string) => {
    const siblings = feeds.filter((feed) => feed.source === source);
    const whole = siblings.find(({ stream }) => stream === '*') ?? null;
    const mark = watermark(whole, siblings, 0, row.instant.getTime());
    return mark !== null && mark < end.getTime();
  };
  return [...new Set(feeds.map(({ source }) => source))].filter(silent).sort();
}
