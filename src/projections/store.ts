/** A generation in PostgreSQL as the engine needs it: cases by key, and what has changed written back. */
import type { ClientBase, Pool } from 'pg';
import type { CaseSource } from './engine/memory';
import type { CaseRecord, DriftEvent, FactChunk } from './engine/records';
import { noteStored } from './engine/rare';
import type { FeedState } from '../domain/cases/feed';
import { schemaName } from './generation-schema';
import { textArray } from './text-array';
import {
  type DriftRow,
  type StoredCase,
  type StoredForm,
  caseRecord,
  driftRecord,
  driftRow,
  storedChanges,
} from './rows';

/** What a batch has changed. */
export interface Changes {
  cases: Iterable<CaseRecord>;
  events: readonly DriftEvent[];
  chunks: readonly FactChunk[];
}

export class GenerationStore implements CaseSource {
  private readonly s: string;

  constructor(
    private readonly pool: Pool,
    schema: string,
  ) {
    this.s = schemaName(schema);
  }

  async load(keys: readonly string[]): Promise<CaseRecord[]> {
    const [cases, drifts, waits] = await Promise.all([
      this.pool.query<StoredCase>(`SELECT * FROM ${this.s}.cases WHERE key = ANY($1)`, [keys]),
      this.pool.query<Parameters<typeof driftRecord>[0]>(
        `SELECT * FROM ${this.s}.drifts WHERE case_key = ANY($1)`,
        [keys],
      ),
      this.pool.query<{ case_key: string; waits_on: string; at: Date }>(
        `SELECT case_key, waits_on, at FROM ${this.s}.waits WHERE case_key = ANY($1)`,
        [keys],
      ),
    ]);
    const records = new Map(cases.rows.map((row) => [row.key, caseRecord(row)]));
    for (const record of records.values()) noteStored(record);
    for (const row of drifts.rows) records.get(row.case_key)?.drifts.set(row.anchor, driftRecord(row));
    for (const row of waits.rows)
      records.get(row.case_key)?.waits.push({ on: row.waits_on, at: row.at.getTime() });
    return [...records.values()];
  }

  async dependents(keys: readonly string[]): Promise<string[]> {
    const { rows } = await this.pool.query<{ key: string }>(
      `SELECT key FROM ${this.s}.cases WHERE looks && $1`,
      [keys],
    );
    return rows.map(({ key }) => key);
  }

  async withDrifts(): Promise<string[]> {
    const { rows } = await this.pool.query<{ case_key: string }>(
      `SELECT DISTINCT case_key FROM ${this.s}.drifts WHERE status <> 'resolved'`,
    );
    return rows.map((row) => row.case_key);
  }

  async feeds(): Promise<FeedState[]> {
    const { rows } = await this.pool.query<{ state: string }>(
      `SELECT state FROM ${this.s}.cases WHERE key >= 'feed:' AND key < 'feed;'`,
    );
    return rows.map((row) => JSON.parse(row.state) as FeedState);
  }

  async allWaits(): Promise<{ key: string; on: string; at: number }[]> {
    const { rows } = await this.pool.query<{ case_key: string; waits_on: string; at: Date }>(
      `SELECT * FROM ${this.s}.waits`,
    );
    return rows.map((row) => ({ key: row.case_key, on: row.waits_on, at: row.at.getTime() }));
  }

  async checkpoint(): Promise<{ generation: number; position: number; instant: number }> {
    const { rows } = await this.pool.query<{ generation: number; position: number; instant: Date }>(
      `SELECT generation, position, instant FROM ${this.s}.checkpoint`,
    );
    const row = rows[0];
    if (!row) throw new Error(`${this.s} has no checkpoint`);
    return {
      generation: row.generation,
      position: row.position,
      instant: row.instant.getTime(),
    };
  }

  /** Upserts in the caller's transaction. One JSON parameter a table: measured fastest for hundreds of rows. */
  async write(client: ClientBase, changes: Changes): Promise<void> {
    await this.writeCases(client, [...changes.cases].map(storedChanges));
    if (changes.events.length > 0)
      await client.query(INSERT_EVENTS(this.s), [JSON.stringify(changes.events.map(eventRow))]);
    if (changes.chunks.length > 0) {
      const rows = changes.chunks.map(({ caseKey: case_key, chunk, positions }) => ({
        case_key,
        chunk,
        positions,
      }));
      await client.query(
        `INSERT INTO ${this.s}.case_facts SELECT * FROM json_to_recordset($1) AS x(case_key text, chunk int, positions bigint[])`,
        [JSON.stringify(rows)],
      );
    }
  }

  async writeCases(client: ClientBase, cases: readonly StoredForm[]): Promise<void> {
    for (let from = 0; from < cases.length; from += 1_000) {
      const some = cases.slice(from, from + 1_000);
      const rows = some.map(({ row }) => row);
      const refs = rows.flatMap(({ key, refs: of }) => of.map((ref) => ({ ref, key })));
      const waits = some.flatMap(({ row, waits: of }) => of.map(({ on, at }) => ({ key: row.key, on, at })));
      const drifts = some.flatMap(({ row, drifts: of }) => of.map((drift) => driftRow(row.key, drift)));
      await client.query(WRITE_CASES(this.s), [
        JSON.stringify(rows.map(({ state: _, rare: __, ...row }, index) => ({ ...row, place: index + 1 }))),
        refs.map(({ ref }) => ref),
        refs.map(({ key }) => key),
        rows.map(({ key }) => key),
        waits.map(({ key }) => key),
        waits.map(({ on }) => on),
        waits.map(({ at }) => new Date(at).toISOString()),
        JSON.stringify(drifts),
        textArray(rows.map(({ state }) => state)),
        textArray(rows.map(({ rare }) => rare)),
      ]);
    }
  }
}

export interface EventRow {
  case_key: string;
  anchor: string;
  drift_id: string;
  occurrence: number;
  type: string;
  position: number;
  at: string;
  status: string;
  detail: string;
}

export function eventRow({
  caseKey,
  anchor,
  driftId,
  occurrence,
  type,
  position,
  at,
  status,
  detail,
}: DriftEvent): EventRow {
  return {
    case_key: caseKey,
    anchor,
    drift_id: driftId,
    occurrence,
    type,
    position,
    at: new Date(at).toISOString(),
    status,
    detail,
  };
}

const CASE_COLUMNS =
  'key text, kind text, subject text, refs text[], looks text[], facts bigint[], chunks int, acts text, place int';

const DRIFT_COLUMNS: Record<keyof DriftRow, string> = {
  case_key: 'text',
  anchor: 'text',
  id: 'text',
  detector: 'text',
  subject: 'text',
  discriminator: 'text',
  severity: 'text',
  owner: 'text',
  status: 'text',
  occurrence: 'int',
  opened_at: 'timestamptz',
  opened_by: 'bigint',
  changed_by: 'bigint',
  resolved_at: 'timestamptz',
  resolved_by: 'bigint',
  values_hash: 'text',
  source: 'text',
  cause: 'text',
  cluster: 'text',
  amount_minor: 'bigint',
  amount_currency: 'text',
  aliases: 'text[]',
  finding: 'text',
};
const driftNames = Object.keys(DRIFT_COLUMNS);

/**
 * In one statement, since each costs a way to the server and back through a loop that has requests to answer. A reference that a
 * case no longer has stays: whoever finds a case by it asks the case.
 */
const WRITE_CASES = (s: string) => `
  WITH refs AS (
    INSERT INTO ${s}.case_refs SELECT * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING
  ), former AS (
    DELETE FROM ${s}.waits WHERE case_key = ANY($4)
  ), waits AS (
    INSERT INTO ${s}.waits SELECT * FROM unnest($5::text[], $6::text[], $7::timestamptz[])
  ), drifts AS (
    INSERT INTO ${s}.drifts SELECT * FROM json_to_recordset($8) AS x(${Object.entries(DRIFT_COLUMNS)
      .map(([name, type]) => `${name} ${type}`)
      .join(', ')})
    ON CONFLICT (case_key, anchor) DO UPDATE SET ${driftNames
      .slice(2)
      .map((name) => `${name} = excluded.${name}`)
      .join(', ')}
  )
  INSERT INTO ${s}.cases AS t
  SELECT key, kind, subject, refs, looks, facts, chunks, state, rare, acts
    FROM json_to_recordset($1) AS x(${CASE_COLUMNS})
    JOIN unnest($9::text[], $10::text[]) WITH ORDINALITY AS s(state, rare, place) USING (place)
  ON CONFLICT (key) DO UPDATE SET subject = excluded.subject, refs = excluded.refs, looks = excluded.looks, facts = excluded.facts,
    chunks = excluded.chunks, state = excluded.state, rare = coalesce(excluded.rare, t.rare), acts = excluded.acts`;

const INSERT_EVENTS = (s: string) => `
  INSERT INTO ${s}.drift_events SELECT * FROM json_to_recordset($1)
  AS x(case_key text, anchor text, drift_id text, occurrence int, type text, position bigint, at timestamptz, status text, detail text)`;
