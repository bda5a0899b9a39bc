import type { Pool } from 'pg';
import type { Policy } from '../../domain/policy';
import { notReady } from '../refusals';

/** The clock of the last folded fact, and the policy that the live generation was made with. Throws where none is live yet. */
export async function liveTerms(pool: Pool): Promise<{ instant: number; policy: Policy }> {
  const { rows } = await pool.query<{ instant: Date; settings: string }>(
    'SELECT c.instant, g.settings FROM live.checkpoint c JOIN app.generations g ON g.id = c.generation',
  );
  const row = rows[0];
  if (!row) throw notReady();
  return {
    instant: row.instant.getTime(),
    policy: (JSON.parse(row.settings) as { policy: Policy }).policy,
  };
}
