import type { OwnClock } from '../own-clock';
import type { ClockReading } from '../port';
import type { Int8 } from './fact-row';
import type { Asked } from './timed';

/** The clock that facts are stamped with, as `ledger.lock_head` reads it. */
export async function readClock(db: Asked, own: OwnClock): Promise<ClockReading> {
  const { rows } = await db.query<{ ms: Int8 }>('SELECT ledger.epoch_ms(clock_timestamp()) AS ms');
  return own.compare(Number(rows[0]?.ms));
}
