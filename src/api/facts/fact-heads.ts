import type { Pool } from 'pg';
import type { z } from 'zod';
import type { factHead } from '../drifts/drift-schema';

export type FactHead = z.output<typeof factHead>;

interface Row {
  position: number;
  source: string;
  type: string | null;
  key: string | null;
  occurred_at: Date | null;
  recorded_at: Date;
  actor: string;
}

/** What the ledger says of facts beside their bytes; in the order of their positions. */
export async function factHeads(pool: Pool, positions: readonly number[]): Promise<FactHead[]> {
  if (positions.length === 0) return [];
  const { rows } = await pool.query<Row>(
    `SELECT position, source, type, key, occurred_at, recorded_at, actor FROM ledger.facts
      WHERE position = ANY($1::bigint[]) ORDER BY position`,
    [positions],
  );
  return rows.map(({ position, source, type, key, occurred_at, recorded_at, actor }) => ({
    position,
    source,
    type,
    key,
    occurredAt: occurred_at?.toISOString() ?? null,
    recordedAt: recorded_at.toISOString(),
    actor,
  }));
}
