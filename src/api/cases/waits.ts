import type { Pool } from 'pg';
import { z } from 'zod';
import { instantText } from '../drifts/drift-schema';

export const wait = z
  .object({
    on: z.string().describe('clock, feed:<kind>/<stream> (its watermark), or start:<kind> (its first fact).'),
    until: instantText,
  })
  .meta({ id: 'Wait', description: 'What is expected and not missing yet.' });

export type WaitView = z.output<typeof wait>;

export async function waitsOf(pool: Pool, caseKeys: readonly string[]): Promise<WaitView[]> {
  const { rows } = await pool.query<{ waits_on: string; at: Date }>(
    'SELECT waits_on, at FROM live.waits WHERE case_key = ANY($1) ORDER BY at, waits_on',
    [caseKeys],
  );
  return rows.map(({ waits_on, at }) => ({ on: waits_on, until: at.toISOString() }));
}
