import type { Head } from '../port';
import type { Int8 } from './fact-row';
import type { Asked } from './timed';

interface HeadRow {
  position: Int8;
  blocks: Int8;
  recorded_ms: Int8;
  hash: Buffer;
}

/** The ledger's end; for an empty ledger position 0 at the epoch. */
export async function readHead(db: Asked): Promise<Head> {
  const { rows } = await db.query<HeadRow>(
    'SELECT position, blocks, ledger.epoch_ms(recorded_at) AS recorded_ms, hash FROM ledger.head',
  );
  const row = rows[0];
  if (!row) throw new Error('the head row of the ledger is missing');
  return {
    position: Number(row.position),
    blocks: Number(row.blocks),
    recordedAt: Number(row.recorded_ms),
    hash: row.hash,
  };
}
