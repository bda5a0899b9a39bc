import { hash } from 'node:crypto';
import type { Pool } from 'pg';

const SWEEP_MS = 60_000;
/** No signature is good for longer: what is kept beyond was dated by a database's clock that has been set back since. */
const LONGEST_SECONDS = 86_400;

/** The dated deliveries that were accepted, for as long as their signature could be used again; shared by all replicas. */
export class SeenSignatures {
  private sweptAt = -Infinity;

  constructor(private readonly pool: Pool) {}

  async has(delivery: string): Promise<boolean> {
    const { rowCount } = await this.pool.query('SELECT FROM app.seen_signatures WHERE replay_key = $1', [
      keyOf(delivery),
    ]);
    return rowCount !== 0;
  }

  /** @param toleranceSeconds how far a signature's time may be from ours, in both directions */
  async remember(delivery: string, toleranceSeconds: number): Promise<void> {
    // A second one of the same at the same moment has recorded only repeats: it need not fail.
    await this.pool.query(
      `INSERT INTO app.seen_signatures (replay_key, expires_at)
       VALUES ($1, now() + make_interval(secs => $2)) ON CONFLICT DO NOTHING`,
      [keyOf(delivery), 2 * toleranceSeconds + 60],
    );
    await this.sweep();
  }

  private async sweep(): Promise<void> {
    if (performance.now() - this.sweptAt < SWEEP_MS) return;
    this.sweptAt = performance.now();
    await this.pool.query(
      'DELETE FROM app.seen_signatures WHERE expires_at < now() OR expires_at > now() + make_interval(secs => $1)',
      [LONGEST_SECONDS],
    );
  }
}

function keyOf(delivery: string): Buffer {
  return hash('sha256', delivery, 'buffer');
}
