/** Everything a generation holds, row by row and in one order. */
import type { Pool } from 'pg';
import type { CaseRow, DriftRow } from '../../../src/projections/rows';

type Row = Record<string, unknown>;

export interface Rows {
  cases: CaseRow[];
  drifts: (Omit<DriftRow, 'opened_at' | 'resolved_at'> & { opened_at: Date; resolved_at: Date | null })[];
  /** Those that the case still has: live folding leaves others behind. */
  case_refs: Row[];
  drift_events: Row[];
  case_facts: Row[];
  waits: Row[];
  checkpoint: Row[];
}

/** The checkpoint without its generation, whose number is no part of what was built. */
export async function rowsOf(pool: Pool, schema = 'live'): Promise<Rows> {
  const ask = async <R extends object>(text: string) => (await pool.query<R>(text)).rows;
  return {
    cases: await ask(`SELECT * FROM ${schema}.cases ORDER BY key`),
    drifts: await ask(`SELECT * FROM ${schema}.drifts ORDER BY case_key, anchor`),
    case_refs: await ask(
      `SELECT r.* FROM ${schema}.case_refs r JOIN ${schema}.cases c ON c.key = r.case_key AND r.ref = ANY(c.refs) ORDER BY ref, case_key`,
    ),
    drift_events: await ask(
      `SELECT e.* FROM ${schema}.drift_events e ORDER BY position, e::text COLLATE "C"`,
    ),
    case_facts: await ask(`SELECT * FROM ${schema}.case_facts ORDER BY case_key, chunk`),
    waits: await ask(`SELECT w.* FROM ${schema}.waits w ORDER BY w::text COLLATE "C"`),
    checkpoint: await ask(`SELECT position, instant FROM ${schema}.checkpoint`),
  };
}
