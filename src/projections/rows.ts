/** Rows of a generation from records, and back. */
import { type CaseStates, type CaseKind, caseKinds } from '../domain/cases/kinds';
import type { Wait } from '../domain/drift/context';
import type { Finding } from '../domain/drift/finding';
import { clusterId } from './engine/reconcile';
import { isRareStored, stateOf, stateTexts } from './engine/rare';
import { type CaseRecord, type DriftRecord, newInMemory } from './engine/records';

export interface CaseRow {
  key: string;
  kind: string;
  subject: string;
  refs: string[];
  looks: string[];
  facts: number[];
  chunks: number;
  state: string;
  /** Of the state what seldom changes. Null where its kind has nothing of that, or, on the way to the table, where it is there already. */
  rare: string | null;
  acts: string;
}

export interface DriftRow {
  case_key: string;
  anchor: string;
  id: string;
  detector: string;
  subject: string;
  discriminator: string;
  severity: string;
  owner: string | null;
  status: string;
  occurrence: number;
  opened_at: string;
  opened_by: number;
  changed_by: number;
  resolved_at: string | null;
  resolved_by: number | null;
  values_hash: string;
  source: string;
  cause: string;
  cluster: string;
  amount_minor: number | null;
  amount_currency: string | null;
  aliases: string[];
  finding: string;
}

/** Of a row beside its state, about. */
const ROW_BYTES = 200;

/** A case as it is stored, all but its history: text, where its record is objects. */
export interface StoredForm {
  row: CaseRow;
  drifts: DriftRecord[];
  waits: Wait[];
}

/** Whole, wherever it goes. */
export function stored(record: CaseRecord): StoredForm {
  return formOf(record, true);
}

function formOf(record: CaseRecord, withRare: boolean): StoredForm {
  return { row: caseRow(record, withRare), drifts: [...record.drifts.values()], waits: record.waits };
}

/** As it goes to where it came from: without what is there already. */
export function storedChanges(record: CaseRecord): StoredForm {
  return formOf(record, !isRareStored(record));
}

const time = (ms: number) => new Date(ms).toISOString();

function caseRow(record: CaseRecord, withRare: boolean): CaseRow {
  const kind = caseKinds[record.kind] as (typeof caseKinds)['order'];
  const state = record.state as CaseStates['order'];
  const { key, looks, facts, chunks } = record;
  const texts = stateTexts(record, withRare);
  const { memory } = record;
  if (texts.rare !== null) memory.rareBytes = texts.rare.length;
  memory.rowBytes = texts.state.length + memory.rareBytes + ROW_BYTES;
  return {
    key,
    kind: record.kind,
    subject: kind.subject(state, key),
    refs: kind.refs(state),
    looks,
    facts,
    chunks,
    ...texts,
    acts: record.acts.length === 0 ? '[]' : JSON.stringify(record.acts),
  };
}

export function driftRow(caseKey: string, drift: DriftRecord): DriftRow {
  const { finding } = drift;
  return {
    case_key: caseKey,
    anchor: drift.anchor,
    id: drift.id,
    detector: drift.detector,
    subject: `${finding.subject.kind}:${finding.subject.id}`,
    discriminator: finding.discriminator,
    severity: drift.severity,
    owner: drift.owner,
    status: drift.status,
    occurrence: drift.occurrence,
    opened_at: time(drift.openedAt),
    opened_by: drift.openedBy,
    changed_by: drift.changedBy,
    resolved_at: drift.resolvedAt === null ? null : time(drift.resolvedAt),
    resolved_by: drift.resolvedBy,
    values_hash: drift.valuesHash,
    source: finding.sides[0]?.system ?? '',
    cause: finding.cause.code,
    cluster: clusterId(drift.detector, finding.cause),
    amount_minor: finding.amountAtRisk?.minor ?? null,
    amount_currency: finding.amountAtRisk?.currency ?? null,
    aliases: drift.aliases,
    finding: JSON.stringify(finding),
  };
}

/** The driver gives elements of bigint arrays as text. */
export type StoredCase = Omit<CaseRow, 'facts'> & { facts: readonly (string | number)[] };

export function caseRecord(row: StoredCase): CaseRecord {
  const memory = newInMemory();
  memory.rareBytes = row.rare?.length ?? 0;
  memory.bytes = memory.rowBytes = row.state.length + memory.rareBytes + ROW_BYTES;
  return {
    key: row.key,
    kind: row.kind as CaseKind,
    state: stateOf(row),
    facts: row.facts.map(Number),
    chunks: row.chunks,
    waits: [],
    looks: row.looks,
    acts: JSON.parse(row.acts) as CaseRecord['acts'],
    drifts: new Map(),
    memory,
  };
}

export function driftRecord(
  row: Omit<DriftRow, 'opened_at' | 'resolved_at'> & { opened_at: Date; resolved_at: Date | null },
): DriftRecord {
  return {
    id: row.id,
    anchor: row.anchor,
    detector: row.detector,
    severity: row.severity as DriftRecord['severity'],
    owner: row.owner,
    status: row.status as DriftRecord['status'],
    occurrence: row.occurrence,
    openedAt: row.opened_at.getTime(),
    openedBy: row.opened_by,
    changedBy: row.changed_by,
    resolvedAt: row.resolved_at?.getTime() ?? null,
    resolvedBy: row.resolved_by,
    valuesHash: row.values_hash,
    finding: JSON.parse(row.finding) as Finding,
    aliases: row.aliases,
  };
}
