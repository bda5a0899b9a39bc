import type { Pool } from 'pg';
import type { LedgerLogger } from './logger';
import { timed } from './timed';

export const CHANNEL = 'tallystick_ledger';
const PAUSE_MS = 20;
const TIMEOUT_MS = 5_000;

/**
 * Tells other processes that the ledger has grown. Never inside the append's transaction: there it halves the rate of
 * commits. At most one NOTIFY in 20 ms; the last growth is always announced.
 */
export class Notifier {
  private timer: NodeJS.Timeout | null = null;
  private again = false;

  constructor(
    private readonly pool: Pool,
    private readonly logger: LedgerLogger,
  ) {}

  announce(): void {
    if (this.timer) {
      this.again = true;
      return;
    }
    this.again = false;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.again) this.announce();
    }, PAUSE_MS);
    this.timer.unref();
    timed(this.pool, TIMEOUT_MS)
      .query(`SELECT pg_notify($1, '')`, [CHANNEL])
      .catch((err: unknown) => {
        this.logger.warn(
          { err },
          'other processes could not be told of new facts; they will see them by polling',
        );
      });
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
