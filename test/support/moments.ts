/** A pool whose statements can be stopped at: what happens at a moment of another's work is then no matter of luck. */
import type { Pool, PoolClient } from 'pg';
import { createPool } from '../../src/platform/pools';

export interface Moments {
  pool: Pool;
  /** Statements so far. */
  readonly passed: number;
  /** Before the `at`th statement from now `halt` is awaited, once. */
  haltAt(at: number, halt: () => Promise<void>): void;
}

export function poolWithMoments(url: string): Moments {
  let passed = 0;
  let next: { at: number; halt: () => Promise<void> } | null = null;
  const due = (): (() => Promise<void>) | null => {
    if (next === null || passed < next.at) return null;
    const { halt } = next;
    next = null;
    return halt;
  };
  const pool = createPool({ url, name: 'moments', max: 12, statementTimeoutMs: 0 });
  pool.on('connect', (client: PoolClient) => {
    const query = client.query.bind(client) as (...words: unknown[]) => unknown;
    const stopping = (...words: unknown[]): unknown => {
      // A stream of COPY is wanted at once.
      if (typeof words[0] === 'object' && words[0] !== null && 'submit' in words[0]) return query(...words);
      passed++;
      const halt = due();
      return halt ? halt().then(() => query(...words)) : query(...words);
    };
    Object.assign(client, { query: stopping });
  });
  return {
    pool,
    get passed() {
      return passed;
    },
    haltAt(at, halt) {
      next = { at: passed + at, halt };
    },
  };
}

/** Until the work has come to its end, or waits for a lock of the database; a second at the most, where it asks again and again. */
export async function doneOrWaiting(pool: Pool, work: Promise<unknown>): Promise<void> {
  const state = { done: false };
  const end = () => void (state.done = true);
  work.then(end, end);
  const ends = performance.now() + 1_000;
  while (performance.now() < ends) {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    // What has come to its end tells so before this goes on.
    await new Promise((resolve) => setImmediate(resolve));
    if (state.done || rowCount !== 0) return;
  }
}
