import type { Fact } from '../port';

/** For statements with parameters, where rows are few; streams of rows go through `copy-rows.ts`. */
export const FACT_ROW_COLUMNS = `f.position, f.block, ledger.epoch_ms(f.recorded_at) AS recorded_ms, ledger.epoch_ms(f.occurred_at) AS occurred_ms,
  f.source, f.type, f.key, f.actor, f.identity, f.payload, f.payload_raw`;

/** bigint as the connection's type parsers give it. `Number` is exact: positions and milliseconds are safe integers. */
export type Int8 = string | number;

export interface FactRow {
  position: Int8;
  block: Int8;
  recorded_ms: Int8;
  occurred_ms: Int8 | null;
  source: string;
  type: string | null;
  key: string | null;
  actor: string;
  identity: Buffer;
  payload: string | null;
  payload_raw: Buffer | null;
}

export function factOf(row: FactRow): Fact {
  return {
    position: Number(row.position),
    block: Number(row.block),
    recordedAt: Number(row.recorded_ms),
    occurredAt: row.occurred_ms === null ? null : Number(row.occurred_ms),
    source: row.source,
    type: row.type,
    key: row.key,
    actor: row.actor,
    identity: row.identity,
    payload: row.payload ?? (row.payload_raw as Buffer),
  };
}
