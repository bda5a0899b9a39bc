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
  /** The promotion's sums count it among those that they close or open. */
  inSums: boolean;
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
  const query = OTHERWISE(before, after);
  for await (const rows of paged<Omit<Otherwise, 'drift'> & { id: string }>(client, 'otherwise', query, [
    handOver.since,
  ])) {
    const ids = rows.map(({ id }) => id);
    const was = await driftsOf(client, before, ids);
    const is = await driftsOf(client, after, ids);
    for (const { id, ...state } of rows) {
      const drift = is.get(id) ?? was.get(id);
      if (drift) yield { drift, ...state };
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

/** As the sums of a promotion count them: what facts after `since` did is told as itself. */
const STANDS = `status IN ('open', 'accepted')`;
const CLOSED = (after: string) => `b.${STANDS} AND NOT EXISTS (
           SELECT FROM ${after}.drifts r WHERE (r.case_key, r.anchor) = (b.case_key, b.anchor) AND (r.${STANDS} OR r.changed_by > $1))`;
const OPENED = (before: string) => `a.opened_by <= $1 AND NOT EXISTS (
           SELECT FROM ${before}.drifts r WHERE (r.case_key, r.anchor) = (a.case_key, a.anchor) AND r.${STANDS})`;

/** One that is not there by this id may be there by another that it had, or has since. An acceptance is in no sum. */
const OTHERWISE = (before: string, after: string) => `
  SELECT id, status, CASE WHEN status = 'open' THEN opened WHEN status = 'accepted' THEN false ELSE closed END AS "inSums" FROM (
    SELECT id, coalesce(a.status, (SELECT r.status FROM ${after}.drifts r
             WHERE r.status <> 'resolved' AND (r.aliases @> ARRAY[id] OR r.id = ANY(b.aliases)) LIMIT 1), 'resolved') AS status,
           coalesce(${CLOSED(after)}, false) AS closed, coalesce(${OPENED(before)}, false) AS opened
      FROM (SELECT id, status, aliases, case_key, anchor FROM ${before}.drifts WHERE status <> 'resolved') b
      FULL JOIN (SELECT id, status, case_key, anchor, opened_by FROM ${after}.drifts WHERE status <> 'resolved') a USING (id)
     WHERE b.status IS DISTINCT FROM a.status) different`;

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
