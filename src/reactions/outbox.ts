/** What the live path leaves for the reactions, in its own transaction. A rebuild never calls this. */
import type { ClientBase } from 'pg';
import type { CaseRecord, DriftEvent } from '../projections/engine/records';
import { clusterId } from '../projections/engine/reconcile';
import { type DriftAlertKind, alertBody } from './alert';

export interface OutboxRow {
  /**
   * One alert a transition of what one fact has opened, however often it is folded. Not of an occurrence's number alone: after a
   * promotion another history counts anew.
   */
  idempotency_key: string;
  kind: DriftAlertKind;
  drift_id: string;
  cluster: string;
  /** JSON of `AlertBody`. */
  body: string;
  position: number;
  /** For a resolution: the keys of which one must be there, since nobody is told the end of what he was not told. */
  opened_keys: string[];
}

type Cases = ReadonlyMap<string, CaseRecord | null>;

/** New drifts, drifts that are open again, and the end of either. What is accepted or a consequence alerts nobody. */
export function outboxRows(events: readonly DriftEvent[], cases: Cases): OutboxRow[] {
  const rows: OutboxRow[] = [];
  for (const event of events) {
    const drift = cases.get(event.caseKey)?.drifts.get(event.anchor);
    const kind = kindOf(event);
    if (!drift || !kind) continue;
    const { occurrence } = event;
    const key = `${event.driftId}@${drift.openedBy}/${kind}`;
    // An acceptance that no longer holds is news in an occurrence that was told before.
    const again = event.type === 'reopened' && event.detail === 'was accepted';
    rows.push({
      idempotency_key: again ? `${key}/${event.position}` : key,
      kind,
      drift_id: event.driftId,
      cluster: clusterId(drift.detector, drift.finding.cause),
      body: JSON.stringify(alertBody(drift, kind)),
      position: event.position,
      // It may have been told under a name that a late reference has changed since.
      opened_keys: [drift.id, ...drift.aliases].flatMap((id) => [
        `${id}@${drift.openedBy}/drift.opened`,
        // As release 0.1.0 has named it.
        `${id}/${occurrence}/drift.opened`,
      ]),
    });
  }
  return rows;
}

function kindOf({ type, status }: DriftEvent): DriftAlertKind | null {
  if (type === 'resolved') return 'drift.resolved';
  return (type === 'opened' || type === 'reopened') && status === 'open' ? 'drift.opened' : null;
}

/** Has the form of `LiveParts.onEvents`: called in the transaction that writes what the events tell of. */
export async function insertOutbox(
  client: ClientBase,
  events: readonly DriftEvent[],
  cases: Cases,
): Promise<void> {
  const rows = outboxRows(events, cases);
  const opened = rows.filter(({ kind }) => kind === 'drift.opened');
  const resolved = rows.filter(({ kind }) => kind === 'drift.resolved');
  if (opened.length > 0)
    await client.query(`${INSERT}, ${DAMPED}, 'pending' ${FROM} WHERE ${NOT_IMPORTED} ${CONFLICT}`, [
      JSON.stringify(opened),
    ]);
  // Also while history is imported: who was told of it before is told that it has ended.
  if (resolved.length > 0) {
    const told = JSON.stringify(resolved);
    await client.query(ENDED_UNTOLD, [told]);
    await client.query(`${INSERT}, now(), ${UNTOLD} ${FROM} WHERE ${ALERTED} ${CONFLICT}`, [told]);
  }
}

const INSERT = `
  INSERT INTO app.outbox (idempotency_key, kind, drift_id, cluster, body, position, next_attempt_at, status)
  SELECT r.idempotency_key, r.kind, r.drift_id, r.cluster, r.body, r.position`;
const FROM = `
    FROM json_to_recordset($1) AS r(idempotency_key text, kind text, drift_id text, cluster text, body text, position bigint,
      opened_keys text[])`;
/** What comes and goes is told when it stays: from the third time within an hour on, after ten minutes. */
const DAMPED = `now() + CASE WHEN (SELECT count(*) FROM app.outbox o WHERE o.drift_id = r.drift_id
    AND o.kind = 'drift.opened' AND o.created_at > now() - interval '1 hour') >= 2
  THEN interval '10 minutes' ELSE interval '0' END`;
/** What waits (it flaps, or the hours are quiet), was not tried yet and has ended is told neither then nor now. */
const ENDED_UNTOLD = `
  UPDATE app.outbox o SET status = 'damped'
    FROM json_to_recordset($1) AS r(opened_keys text[])
   WHERE o.idempotency_key = ANY(r.opened_keys) AND o.status = 'pending' AND o.attempts = 0
     AND o.next_attempt_at > now()`;
/** Machines are told both. */
const UNTOLD = `CASE WHEN EXISTS (SELECT FROM app.outbox o
  WHERE o.idempotency_key = ANY(r.opened_keys) AND o.status <> 'damped') THEN 'pending' ELSE 'damped' END`;
const ALERTED = `EXISTS (SELECT FROM app.outbox o WHERE o.idempotency_key = ANY(r.opened_keys))`;
/** What is found while history is imported is told in one summary. */
const NOT_IMPORTED = `NOT EXISTS (SELECT FROM app.imports i
  WHERE r.position > i.from_position AND (i.to_position IS NULL OR r.position <= i.to_position))`;
const CONFLICT = 'ON CONFLICT (idempotency_key) DO NOTHING';
