/** What is kept of a generation while it is built: how far it is, why it was given up, that it is complete. */
import type { ClientBase, Pool } from 'pg';
import type { DiffSummary } from './diff';
import { GenerationRefused } from './generation-refused';
import type { BuildProgress } from './generations';

export const NOT_WANTED = 'discarded';

/** Once, before the other is built: they go together. */
export async function compareWith(db: Pool, id: number, other: number): Promise<void> {
  await db.query('UPDATE app.generations SET compared_with = $2 WHERE id = $1', [id, other]);
}

/** False when nobody wants it any more: whoever builds it stops. One that has become complete meanwhile is wanted. */
export async function setProgress(db: Pool, id: number, progress: BuildProgress): Promise<boolean> {
  const { rows } = await db.query<{ wanted: boolean }>(
    `WITH told AS (UPDATE app.generations SET progress = $2 WHERE id = $1 AND status = 'building' AND failure IS NULL)
     SELECT status IN ('building', 'ready', 'live') AND failure IS NULL AS wanted FROM app.generations WHERE id = $1`,
    [id, JSON.stringify(progress)],
  );
  return rows[0]?.wanted === true;
}

/** Its builder stops, and whoever comes next drops it. False where it is not being built any more. */
export async function setFailure(db: Pool, id: number, failure: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE app.generations SET failure = $2 WHERE id = $1 AND status = 'building'`,
    [id, failure],
  );
  return rowCount === 1;
}

/** It is complete, and waits for whoever promotes it. Throws where nobody wants it any more, or another has begun it anew. */
export async function markReady(db: Pool | ClientBase, id: number, interruptions: number): Promise<void> {
  const { rowCount } = await db.query(
    `UPDATE app.generations SET status = 'ready'
      WHERE id = $1 AND status = 'building' AND failure IS NULL AND json_array_length(interruptions::json) = $2`,
    [id, interruptions],
  );
  if (rowCount !== 1) throw new GenerationRefused(NOT_WANTED);
}

/** What it changed when it was built, to be asked for when it is live and later. */
export async function recordChanges(db: Pool, id: number, changes: DiffSummary): Promise<void> {
  await db.query('UPDATE app.generations SET changes = $2 WHERE id = $1', [id, JSON.stringify(changes)]);
}

/** As recorded; null where nothing was. */
export async function recordedChanges(db: Pool, id: number): Promise<DiffSummary | null> {
  const { rows } = await db.query<{ changes: string | null }>(
    'SELECT changes FROM app.generations WHERE id = $1',
    [id],
  );
  return rows[0]?.changes ? (JSON.parse(rows[0].changes) as DiffSummary) : null;
}
