import type { Pool } from 'pg';
import type { Log } from '../logging';

interface Run {
  first: number;
  last: number;
  traceparent: string;
}

/** Short beside the second that an alert waits for others of its cause. */
const FLUSH_MS = 50;
const RETRY_MS = 1_000;
/** A database that is away must not fill the memory: traces are a help to readers, and not the truth. */
const MAX_WAITING = 10_000;

/** `set_config` holds until this statement's own commit: nobody waits for the disk, and a crash may cost the last traces. */
const INSERT = `
  INSERT INTO app.traces (first_position, last_position, traceparent)
  SELECT r.* FROM unnest($1::bigint[], $2::bigint[], $3::text[]) r
   CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) s
  ON CONFLICT (first_position) DO NOTHING`;

/** Which request brought which facts: written beside the ledger, soon after and never in the way of what is recorded. */
export class TraceBook {
  private waiting: Run[] = [];
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  private lost = 0;

  constructor(
    private readonly pool: Pool,
    private readonly log: Log,
  ) {}

  /** What one append has answered; repeats keep the trace of the request that brought them first. */
  note(traceparent: string, receipts: readonly { position: number; duplicate: boolean }[]): void {
    for (const { position, duplicate } of receipts) {
      if (duplicate) continue;
      const last = this.waiting.at(-1);
      if (last?.last === position - 1 && last.traceparent === traceparent) last.last = position;
      else if (this.waiting.length < MAX_WAITING)
        this.waiting.push({ first: position, last: position, traceparent });
      else this.lost += 1;
    }
    if (this.waiting.length > 0) this.wake(FLUSH_MS);
  }

  /** What waits is written now. Never rejects: what cannot be written waits on. */
  async flush(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    await this.writing;
  }

  /** When nothing is noted any more: one last attempt. */
  async stop(): Promise<void> {
    await this.flush();
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private wake(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.flush();
    }, ms).unref();
  }

  private async write(): Promise<void> {
    const runs = this.waiting;
    if (runs.length === 0) return;
    this.waiting = [];
    try {
      await this.pool.query(INSERT, [
        runs.map(({ first }) => first),
        runs.map(({ last }) => last),
        runs.map((run) => run.traceparent),
      ]);
      if (this.lost > 0) this.log.warn({ facts: this.lost }, 'traces of facts were lost: too many waited');
      this.lost = 0;
    } catch (error) {
      this.log.warn({ err: error, runs: runs.length }, 'traces could not be written; it is tried again');
      this.waiting = [...runs, ...this.waiting];
      this.wake(RETRY_MS);
    }
  }
}
