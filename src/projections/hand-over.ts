/**
 * What becomes of drifts when one generation takes another's place, for those who have told of them: what really happened at facts
 * that the new one has folded and the live one has not, and what is otherwise by what they were made with.
 */
import type { ClientBase } from 'pg';
import { schemaName } from './generation-schema';
import type { DriftEvent, DriftRecord, DriftStatus } from './engine/records';
import { driftRecord } from './rows';

/** In a promotion's transaction, where neither of the two moves any more. */
export interface HandOver {
  /** Schemas of the live generation, and of the one that takes its place. */
  before: string;
  after: string;
  /** What the live one had folded. */
  since: number;
  /** The ledger's clock, epoch ms, at the last fact that the new one has folded. */
  instant: number;
}

export interface Happened {
  events: DriftEvent[];
  cases: Map<string, { drifts: Map<string, DriftRecord> }>;
}

export interface Otherwise {
  /** As it is; or, where it is not there any more, as it was. */
  drift: DriftRecord;
  status: DriftStatus;
}

const PAGE = 500;

type DriftRow = Parameters<typeof driftRecord>[0];

/** Drift by drift, what the live generation would have told next had it been the new one. */
export async function* happenedSince(
  client: ClientBase,
  { after: schema, since }: HandOver,
): AsyncGenerator<Happened> {
  const after = schemaName(schema);
  const changed = `SELECT * FROM ${after}.drifts WHERE changed_by > $1 ORDER BY case_key, anchor`;
  for await (const rows of paged<DriftRow>(client, 'happened', changed, [since])) {
    const cases: Happened['cases'] = new Map();
    for (const row of rows) {
      const record = cases.get(row.case_key) ?? { drifts: new Map<string, DriftRecord>() };
      record.drifts.set(row.anchor, driftRecord(row));
      cases.set(row.case_key, record);
    }
    const { rows: events } = await client.query<Omit<DriftEvent, 'at'> & { at: Date }>(
      `SELECT case_key AS "caseKey", anchor, drift_id AS "driftId", occurrence, type, position, at, status, detail
         FROM ${after}.drift_events WHERE case_key = ANY($1) AND position > $2
        ORDER BY position, case_key, anchor, occurrence, at, (type = 'resolved')`,
      [[...cases.keys()], since],
    );
    yield { events: events.map((event) => ({ ...event, at: event.at.getTime() })), cases };
  }
}

/** Drifts by their ids, which are the same in all generations, that have another state in the new one than in the live one. */
export async function* otherwise(client: ClientBase, handOver: HandOver): AsyncGenerator<Otherwise> {
  const [before, after] = [schemaName(handOver.before), schemaName(handOver.after)];
  for await (const rows of paged<{ id: string; status: DriftStatus }>(
    client,
    'otherwise',
    OTHERWISE(before, after),
    [],
  )) {
    const ids = rows.map(({ id }) => id);
    const was = await driftsOf(client, before, ids);
    const is = await driftsOf(client, after, ids);
    for (const { id, status } of rows) {
      const drift = is.get(id) ?? was.get(id);
      if (drift) yield { drift, status };
    }
  }
}

async function driftsOf(
  client: ClientBase,
  schema: string,
  ids: readonly string[],
): Promise<Map<string, DriftRecord>> {
  const { rows } = await client.query<DriftRow>(
    `SELECT * FROM ${schema}.drifts WHERE id = ANY($1) ORDER BY (status <> 'resolved'), changed_by`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, driftRecord(row)]));
}

/** One that is not there by this id may be there by another that it had, or has since. */
const OTHERWISE = (before: string, after: string) => `
  SELECT id, coalesce(a.status, (SELECT r.status FROM ${after}.drifts r
           WHERE r.status <> 'resolved' AND (r.aliases @> ARRAY[id] OR r.id = ANY(b.aliases)) LIMIT 1), 'resolved') AS status
    FROM (SELECT id, status, aliases FROM ${before}.drifts WHERE status <> 'resolved') b
    FULL JOIN (SELECT id, status FROM ${after}.drifts WHERE status <> 'resolved') a USING (id)
   WHERE b.status IS DISTINCT FROM a.status`;

async function* paged<T extends object>(
  client: ClientBase,
  name: string,
  query: string,
  values: unknown[],
): AsyncGenerator<T[]> {
  await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${query}`, values);
  for (;;) {
    const { rows } = await client.query<T>(`FETCH ${PAGE} FROM ${name}`);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) break;
  }
  await client.query(`CLOSE ${name}`);
}
