/** The end of an import as one alert, written with the position from which on everything alerts as ever. */
import type { ClientBase, Pool } from 'pg';
import { withTransaction } from '../platform/pools';
import type { DriftChanges } from '../projections/diff';
import { silentSince } from '../projections/imports';

export const IMPORTED = 'import.completed';

export interface ImportBody {
  import: number;
  reason: string | null;
  /** Recorded from its beginning to its end. */
  facts: number;
  /** What it has found that is open at its end. */
  drifts: DriftChanges[];
}

interface Ended {
  id: number;
  reason: string | null;
  from: number;
  endedAt: Date;
  waits: boolean;
  head: number;
}

/** Once, whoever asks first. Answers whether it was. */
export async function completeImport(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    'SELECT FROM app.imports WHERE ended_at IS NOT NULL AND to_position IS NULL',
  );
  return rowCount === 0 ? false : withTransaction(pool, complete);
}

async function complete(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<Ended>(ENDED);
  const [ended] = rows;
  if (!ended) return false;
  // Live folding waits until the sums are told: what it finds from then on alerts as ever.
  const { rows: live } = await client.query<{ position: number }>(
    'SELECT position FROM live.checkpoint FOR SHARE',
  );
  const position = live[0]?.position ?? 0;
  if (position < ended.head) return false;
  if (ended.waits && (await silentSince(client, ended.endedAt)).length > 0) return false;
  const { rows: drifts } = await client.query<DriftChanges>(FOUND, [ended.from]);
  const { id, reason, from } = ended;
  const body: ImportBody = { import: id, reason, facts: position - from, drifts };
  await client.query('UPDATE app.imports SET to_position = $2 WHERE id = $1', [id, position]);
  await client.query(
    'INSERT INTO app.outbox (idempotency_key, kind, body, position) VALUES ($1, $2, $3, $4)',
    [`imported/${id}`, IMPORTED, JSON.stringify(body), position],
  );
  return true;
}

/** Facts that are recorded and not folded are part of what was imported. */
const ENDED = `
  SELECT id, reason, from_position AS "from", ended_at AS "endedAt", waits, head_position AS head
    FROM app.imports WHERE ended_at IS NOT NULL AND to_position IS NULL FOR UPDATE SKIP LOCKED`;

const FOUND = `
  SELECT 'opened' AS change, detector, cause, amount_currency AS currency, count(*) AS drifts,
         coalesce(sum(amount_minor), 0)::bigint AS minor,
         trim_scale(coalesce(sum(app.json_number(finding, 'unitsAtRisk')), 0))::text AS units
    FROM live.drifts WHERE status = 'open' AND opened_by > $1
   GROUP BY detector, cause, amount_currency ORDER BY detector, cause, amount_currency`;
