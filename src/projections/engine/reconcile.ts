/** The drifts of a case against what was found now: opened, changed, renamed, resolved, come back. */
import { hash } from 'node:crypto';
import { orderSubject, type OrderState } from '../../domain/cases/order';
import { clusterName } from '../../domain/drift/cluster';
import type { Wait } from '../../domain/drift/context';
import type { Cause } from '../../domain/drift/finding';
import type { Evaluation, Found } from './evaluate';
import type { Act, CaseRecord, DriftEvent, DriftEventType, DriftRecord, DriftStatus } from './records';

export function driftId(
  detector: string,
  subject: { kind: string; id: string },
  discriminator: string,
): string {
  return hash(
    'sha256',
    JSON.stringify([detector, `${subject.kind}:${subject.id}`, discriminator]),
    'hex',
  ).slice(0, 32);
}

/** Of the drifts of one cause; see `clusterName`. */
export function clusterId(detector: string, cause: Cause): string {
  return hash('sha256', clusterName(detector, cause), 'hex').slice(0, 32);
}

/** What *accept* binds to: the values of both sides, not which fact says them. */
function valuesHashOf({ finding }: Found): string {
  const sides = finding.sides.map(({ system, value }) => [system, value]);
  const text = JSON.stringify([
    sides,
    finding.difference,
    finding.cause.code,
    finding.amountAtRisk,
    finding.unitsAtRisk,
  ]);
  return hash('sha256', text, 'hex').slice(0, 16);
}

/** The order's own subject may still be renamed by a late reference; every other subject is its own name for ever. */
function anchorOf(record: CaseRecord, { detector, finding }: Found): string {
  const { kind, id } = finding.subject;
  const own = record.kind === 'order' && kind === 'order' && id === orderSubject(record.state as OrderState);
  return `${detector}|${own ? '' : `${kind}:${id}`}|${finding.discriminator}`;
}

const NOTHING: readonly DriftEvent[] = [];

/** `by` is the last position of the instant that asked; `touched` says that a fact of it came to this very case. */
export function reconcile(
  record: CaseRecord,
  { found, failed }: Pick<Evaluation, 'found' | 'failed'>,
  by: number,
  at: number,
  touched: boolean,
): readonly DriftEvent[] {
  // Apart, since what closes over its arguments moves them to the heap as soon as it is called.
  return found.length === 0 && record.drifts.size === 0
    ? NOTHING
    : reconciled(record, { found, failed }, by, at, touched);
}

function reconciled(
  record: CaseRecord,
  { found, failed }: Pick<Evaluation, 'found' | 'failed'>,
  by: number,
  at: number,
  touched: boolean,
): readonly DriftEvent[] {
  const events: DriftEvent[] = [];
  const tell = (drift: DriftRecord, type: DriftEventType, detail = '') => {
    const { anchor, id, occurrence, status } = drift;
    events.push({
      caseKey: record.key,
      anchor,
      driftId: id,
      occurrence,
      type,
      position: by,
      at,
      status,
      detail,
    });
  };
  const seen = new Set<string>();
  for (const each of found) {
    const anchor = anchorOf(record, each);
    seen.add(anchor);
    const known = record.drifts.get(anchor);
    if (!known || known.status === 'resolved') {
      const drift = opened(each, anchor, known, by);
      drift.status = statusOf(each, drift, record.acts, at);
      drift.owner = assigneeOf(anchor, record.acts) ?? each.owner;
      record.drifts.set(anchor, drift);
      tell(drift, known ? 'reopened' : 'opened');
    } else {
      continued(each, known, record.acts, { by, at }, tell);
    }
  }
  for (const drift of record.drifts.values()) {
    if (drift.status === 'resolved' || seen.has(drift.anchor)) continue;
    if (failed.some(({ detector }) => detector === drift.detector)) continue;
    drift.status = 'resolved';
    drift.resolvedAt = at;
    drift.resolvedBy = (touched ? record.facts.at(-1) : undefined) ?? by;
    drift.changedBy = by;
    tell(drift, 'resolved');
  }
  return events;
}

function opened(each: Found, anchor: string, former: DriftRecord | undefined, by: number): DriftRecord {
  const { finding } = each;
  return {
    id: driftId(each.detector, finding.subject, finding.discriminator),
    anchor,
    detector: each.detector,
    severity: each.severity,
    owner: each.owner,
    status: 'open',
    occurrence: (former?.occurrence ?? 0) + 1,
    openedAt: finding.dueAt,
    openedBy: by,
    changedBy: by,
    resolvedAt: null,
    resolvedBy: null,
    valuesHash: valuesHashOf(each),
    finding,
    aliases: former?.aliases ?? [],
  };
}

type Tell = (drift: DriftRecord, type: DriftEventType, detail?: string) => void;

function continued(
  each: Found,
  drift: DriftRecord,
  acts: readonly Act[],
  { by, at }: { by: number; at: number },
  tell: Tell,
): void {
  const id = driftId(each.detector, each.finding.subject, each.finding.discriminator);
  const valuesHash = valuesHashOf(each);
  const before = drift.status;
  const renamed = id !== drift.id;
  const changed = valuesHash !== drift.valuesHash;
  if (renamed) {
    drift.aliases = [...drift.aliases.filter((alias) => alias !== id), drift.id];
    drift.id = id;
  }
  const keepsStart =
    each.windowed && each.finding.certain !== true && drift.finding.since < each.finding.since;
  const { since, dueAt, divergence } = keepsStart ? drift.finding : each.finding;
  drift.finding = { ...each.finding, since, dueAt, divergence };
  drift.severity = each.severity;
  drift.owner = assigneeOf(drift.anchor, acts) ?? each.owner;
  drift.openedAt = dueAt;
  drift.valuesHash = valuesHash;
  drift.status = statusOf(each, drift, acts, at);
  if (!renamed && !changed && drift.status === before) return;
  drift.changedBy = by;
  if (renamed) tell(drift, 'renamed', drift.aliases.at(-1));
  if (drift.status !== before) tell(drift, statusEvent(drift.status), `was ${before}`);
  else if (changed) tell(drift, 'changed');
}

/** Whom somebody assigned last, whatever has become of the drift since. */
function assigneeOf(anchor: string, acts: readonly Act[]): string | null {
  for (let i = acts.length - 1; i >= 0; i--) {
    const act = acts[i];
    if (act?.anchor === anchor && act.type === 'assigned') return act.assignee;
  }
  return null;
}

function statusEvent(status: DriftStatus): DriftEventType {
  if (status === 'open') return 'reopened';
  return status === 'resolved' ? 'resolved' : status;
}

/** An acceptance holds for the occurrence and the values that it was given for, and before its end. */
function statusOf(each: Found, drift: DriftRecord, acts: readonly Act[], at: number): DriftStatus {
  if (each.superseded) return 'consequence';
  const accepted = acts.some(
    (act) =>
      act.type === 'accepted' &&
      act.anchor === drift.anchor &&
      act.occurrence === drift.occurrence &&
      act.valuesHash === drift.valuesHash &&
      (act.until == null || at < act.until),
  );
  return accepted ? 'accepted' : 'open';
}

/** A case whose acceptances end is asked again when they do. */
export function waitForExpiry(acts: readonly Act[], waits: Wait[], at: number): void {
  for (const { until } of acts) if (until != null && until > at) waits.push({ on: 'clock', at: until });
}
