/**
 * One projector at a time. A lease with an end, by the database's clock: also a process that hangs loses it. One that ends later
 * than a lease taken now would was taken by a clock that has been set back since, and holds nobody off.
 */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

export const LEASE_SECONDS = 6;
export const RENEW_MS = 1_500;
export const PROJECTOR = 'projector';

/** The clock after the row is locked: it is never before the one that another has just taken the lease by. */
const HOLDS = `l.expires_at BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`;

/** Whether a replica that lives has the lease of the projector, other than `holder`. */
export async function isLedByOther(pool: Pool, holder: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM app.leases l WHERE l.name = $1 AND l.holder <> $2 AND ${HOLDS}`,
    [PROJECTOR, holder],
  );
  return rowCount === 1;
}

export class Lease {
  readonly holder = randomUUID();

  constructor(
    private readonly pool: Pool,
    private readonly name: string,
  ) {}

  /** True when this holder has the lease for the next `LEASE_SECONDS`. */
  async take(): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `INSERT INTO app.leases AS l (name, holder, expires_at) VALUES ($1, $2, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
       WHERE l.holder = excluded.holder OR NOT (${HOLDS})`,
      [this.name, this.holder],
    );
    return rowCount === 1;
  }

  async release(): Promise<void> {
    await this.pool.query('DELETE FROM app.leases WHERE name = $1 AND holder = $2', [this.name, this.holder]);
  }
}
