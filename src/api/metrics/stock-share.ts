import type { Pool } from 'pg';
import { type ExplainedShare, explainedShare } from '../../projections/explained-share';

/** Every stock case is read for it. */
const EVERY_MS = 300_000;

/** The last figures that were found; nobody waits for newer ones. */
export class StockShare {
  private last: ExplainedShare | null = null;
  private askedAt = -Infinity;

  constructor(private readonly pool: Pool) {}

  read(): ExplainedShare | null {
    const now = performance.now();
    if (now - this.askedAt >= EVERY_MS) {
      this.askedAt = now;
      // The database is away, or a generation is just taking another's place: the next look is soon enough.
      void explainedShare(this.pool).then(
        (share) => (this.last = share),
        () => (this.askedAt = -Infinity),
      );
    }
    return this.last;
  }
}
