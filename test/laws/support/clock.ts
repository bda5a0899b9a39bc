/**
 * The database's clock, put into the hands of a test. The ledger reads it in one place only, `ledger.lock_head`; here that
 * function reads a row instead, so that days pass in milliseconds and every run sees the instants it asked for.
 */
import type { Pool } from 'pg';

export interface TestClock {
  /** Epoch ms. The ledger still never goes back. */
  set(at: number): Promise<void>;
}

export async function takeClock(pool: Pool): Promise<TestClock> {
  const { rows } = await pool.query<{ text: string }>(
    `SELECT pg_get_functiondef('ledger.lock_head'::regproc) AS text`,
  );
  const text = rows[0]?.text ?? '';
  if (!text.includes('clock_timestamp()')) throw new Error('ledger.lock_head no longer reads the clock');
  await pool.query('CREATE SCHEMA laws; CREATE TABLE laws.clock (at timestamptz NOT NULL)');
  await pool.query(`INSERT INTO laws.clock VALUES ('epoch')`);
  await pool.query(text.replaceAll('clock_timestamp()', '(SELECT c.at FROM laws.clock c)'));
  return {
    async set(at) {
      await pool.query('UPDATE laws.clock SET at = $1', [new Date(at).toISOString()]);
    },
  };
}
