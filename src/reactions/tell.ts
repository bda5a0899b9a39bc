/**
 * Writes to the outbox what drifts have become, where that is other than what was last told of them. Whatever happened in between
 * (a promotion, another name, a history that counts anew), what was told last is compared with what is, drift by drift.
 */
import type { ClientBase } from 'pg';
import type { DriftRecord } from '../projections/engine/records';
import { clusterId } from '../projections/engine/reconcile';
import { type DriftAlertKind, type Turn, alertBody } from './alert';

export interface News extends Turn {
  /** As it is now. */
  drift: DriftRecord;
  /** As it was called then. */
  driftId: string;
  /** Of no other alert. */
  key: string;
  /** No news to who was never told of the drift. */
  onlyIfTold?: boolean;
  /** People are told of it in a promotion's sums, which are one message. */
  inSums?: boolean;
}

/** What was told of a drift last. */
export interface Told {
  /** The name under which it was told first. */
  toldAs: string;
  /** To machines, which are told everything. */
  told: DriftAlertKind | null;
  /** To people, who are not told what had ended before it was to be told. */
  people: DriftAlertKind | null;
  /** Something that people are to be told of it was not sent yet: it may be told after the sums. */
  underWay: boolean;
  /** Openings within the last hour. */
  recent: number;
}

export interface OutboxRow {
  n: number;
  idempotency_key: string;
  kind: DriftAlertKind;
  drift_id: string;
  told_as: string;
  detector: string;
  cluster: string;
  body: string;
  position: number;
  status: 'pending' | 'damped' | 'kept';
  waits: boolean;
}

/** In the caller's transaction, which keeps others from telling of the same drifts. */
export async function tell(client: ClientBase, news: readonly News[]): Promise<void> {
  if (news.length === 0) return;
  const ended = news.filter(({ kind }) => kind !== 'drift.opened').flatMap(({ drift }) => namesOf(drift));
  // Before it is read what was told: a sender that takes one of these has told it, or does not.
  if (ended.length > 0) await client.query(DAMP, [ended]);
  const known = await toldOf(client, news);
  const imported = await importedIn(client, news);
  const rows = rowsOf(news, known, imported);
  if (rows.length > 0) await client.query(INSERT, [JSON.stringify(rows)]);
}

/** From the third time within an hour on, a drift is told when it has stayed. */
const FLAPS = 3;

/** @param imported whether what is found by a fact is told in the summary of an import */
export function rowsOf(
  news: readonly News[],
  known: ReadonlyMap<string, Told>,
  imported: (position: number) => boolean,
): OutboxRow[] {
  const rows: OutboxRow[] = [];
  const states = new Map<string, Told & { waiting: OutboxRow | null }>();
  for (const each of news) {
    const { drift, driftId, kind, position, onlyIfTold = false, inSums = false } = each;
    const state = states.get(drift.id) ?? {
      ...(known.get(drift.id) ?? neverTold(driftId)),
      waiting: null,
    };
    states.set(drift.id, state);
    const opens = kind === 'drift.opened';
    // Nobody is told the end of what he was not told.
    const isNews = state.told === null ? opens && !onlyIfTold && !imported(position) : state.told !== kind;
    if (!isNews) continue;
    const row: OutboxRow = {
      n: rows.length,
      idempotency_key: each.key,
      kind,
      drift_id: driftId,
      told_as: state.toldAs,
      detector: drift.detector,
      cluster: clusterId(drift.detector, drift.finding.cause),
      body: JSON.stringify(alertBody(drift, each), wellFormed),
      position,
      status: 'pending',
      waits: false,
    };
    state.told = kind;
    if (inSums && !state.underWay) {
      row.status = 'kept';
      state.people = kind;
    } else if (opens) {
      state.recent += 1;
      row.waits = state.recent >= FLAPS;
      if (row.waits) state.waiting = row;
      else state.people = kind;
    } else {
      if (state.waiting) state.waiting.status = 'damped';
      state.waiting = null;
      if (state.people === null || state.people === kind) row.status = 'damped';
      else state.people = kind;
    }
    rows.push(row);
  }
  return rows;
}

function neverTold(toldAs: string): Told {
  return { toldAs, told: null, people: null, underWay: false, recent: 0 };
}

function namesOf({ id, aliases }: DriftRecord): string[] {
  return [id, ...aliases];
}

/** Half a character is none to who receives it. */
function wellFormed(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

async function toldOf(client: ClientBase, news: readonly News[]): Promise<Map<string, Told>> {
  const drifts = new Map(news.map(({ drift, driftId }) => [drift.id, [driftId, ...namesOf(drift)]]));
  const asked = [...drifts].map(([id, names]) => ({ id, names }));
  const { rows } = await client.query<Told & { id: string }>(TOLD, [JSON.stringify(asked)]);
  return new Map(rows.map(({ id, ...told }) => [id, told]));
}

async function importedIn(client: ClientBase, news: readonly News[]): Promise<(position: number) => boolean> {
  const least = news.reduce((lowest, { position }) => Math.min(lowest, position), Infinity);
  const { rows } = await client.query<{ from: number; to: number | null }>(
    `SELECT from_position AS "from", to_position AS "to" FROM app.imports WHERE to_position IS NULL OR to_position >= $1`,
    [least],
  );
  return (position) => rows.some(({ from, to }) => position > from && (to === null || position <= to));
}

/** What waits (it flaps, or the hours are quiet), was not tried yet and has ended is told neither then nor now. Machines are told both. */
const DAMP = `
  UPDATE app.outbox SET status = 'damped'
   WHERE drift_id = ANY($1::text[]) AND kind = 'drift.opened' AND status = 'pending' AND attempts = 0 AND next_attempt_at > now()`;

/** OFFSET 0 and the order by both columns keep to the indexes by name: most drifts were never told, and their search would read all. */
const TOLD = `
  SELECT n.id, t.told_as AS "toldAs", s.*
    FROM json_to_recordset($1) AS n(id text, names text[])
   CROSS JOIN LATERAL (SELECT told_as FROM (
           SELECT id, coalesce(told_as, drift_id) AS told_as FROM app.outbox WHERE drift_id = ANY(n.names) OFFSET 0) named
          ORDER BY id DESC LIMIT 1) t
   CROSS JOIN LATERAL (
     SELECT (array_agg(kind ORDER BY id DESC))[1] AS told,
            (array_agg(kind ORDER BY id DESC) FILTER (WHERE status <> 'damped'))[1] AS people,
            bool_or(status = 'pending') AS "underWay",
            count(*) FILTER (WHERE kind = 'drift.opened' AND created_at > now() - interval '1 hour')::int AS recent
       FROM (SELECT id, kind, status, created_at FROM app.outbox o WHERE o.told_as = t.told_as
              ORDER BY o.told_as DESC, o.id DESC LIMIT 50) newest) s`;

const INSERT = `
  INSERT INTO app.outbox (idempotency_key, kind, drift_id, told_as, detector, cluster, body, position, status, next_attempt_at)
  SELECT r.idempotency_key, r.kind, r.drift_id, r.told_as, r.detector, r.cluster, r.body, r.position, r.status,
         now() + CASE WHEN r.waits THEN interval '10 minutes' ELSE interval '0' END
    FROM json_to_recordset($1) AS r(n int, idempotency_key text, kind text, drift_id text, told_as text, detector text, cluster text,
      body text, position bigint, status text, waits boolean)
   ORDER BY r.n`;
