/** What a generation holds, row by row. */
import type { CaseKind, CaseStates } from '../../domain/cases/kinds';
import type { Contribution } from '../../domain/cases/order';
import type { Lookable, Wait } from '../../domain/drift/context';
import type { Finding, Severity } from '../../domain/drift/finding';
import type { Translation } from '../../domain/sources/source-kind';
import type { OwnMessage } from '../../domain/sources/tallystick/messages';

/** A fact as the engine folds it: translated, or told apart as not understood. */
export interface Readable {
  position: number;
  source: string;
  kind: string;
  stream: string;
  type: string | null;
  key: string | null;
  occurredAt: number | null;
  recordedAt: number;
  /** Content hash, hex: the last tie-break between versions. */
  hash: string;
  /** Length of its payload: what a case that keeps it takes in memory, about. */
  bytes: number;
  translation: Translation;
  /** What Tallystick itself recorded, when the source is `tallystick`. */
  own: OwnMessage | null;
}

export type DriftAct = Extract<OwnMessage, { caseKey: string }>;

export interface Act {
  type: 'acknowledged' | 'assigned' | 'commented' | 'accepted';
  anchor: string;
  occurrence: number;
  valuesHash: string;
  actor: string;
  comment: string | null;
  assignee: string | null;
  /** Of an acceptance, epoch ms. Absent from what was stored before there was an end. */
  until?: number | null;
  fact: number;
  at: number;
}
export type DriftStatus = 'open' | 'accepted' | 'consequence' | 'resolved';

export interface DriftRecord {
  /** Hash of detector, canonical subject and discriminator: what the outside knows it by. */
  id: string;
  /** Inside its case it is known by detector, and what tells its drifts apart: no late reference renames that. */
  anchor: string;
  detector: string;
  severity: Severity;
  /** The person who was assigned last; else whom the policy names. */
  owner: string | null;
  status: DriftStatus;
  occurrence: number;
  openedAt: number;
  /** Ledger position whose folding opened, and last changed, this occurrence. */
  openedBy: number;
  changedBy: number;
  resolvedAt: number | null;
  resolvedBy: number | null;
  valuesHash: string;
  finding: Finding;
  aliases: string[];
}

export interface CaseRecord<K extends CaseKind = CaseKind> {
  key: string;
  kind: K;
  state: CaseStates[K];
  /** The newest facts, up to a chunk; full chunks are rows of their own. */
  facts: number[];
  chunks: number;
  waits: Wait[];
  looks: string[];
  acts: Act[];
  drifts: Map<string, DriftRecord>;
  memory: InMemory;
}

/** What is noted of a case while it is in memory: on the case itself, since a set or map of cases would be searched at every fact. */
export interface InMemory {
  /** When it was last used, in the order of all uses. */
  used: number;
  /** What it takes, about: as it is stored, and the messages that it was told since. */
  bytes: number;
  /** What it took when it was made a row of. */
  rowBytes: number;
  /** Of that, what of its state seldom changes. */
  rareBytes: number;
  /** What it has told others, where that is known; else its state says it. */
  told: readonly Contribution<unknown>[] | null;
  /** Changed since it was stored. */
  dirty: boolean;
  /** The engine's last turns at which it was touched, its state was remembered, and it was asked. */
  touched: number;
  remembered: number;
  asked: number;
  /** Facts of which others told it at this turn. */
  heard: number[] | null;
  /** What is rare in the state, as it is stored; null where it is not, or not known to be. */
  rare: readonly unknown[] | null;
}

export function newInMemory(): InMemory {
  return {
    used: 0,
    bytes: 0,
    rowBytes: 0,
    rareBytes: 0,
    told: null,
    dirty: false,
    touched: 0,
    remembered: 0,
    asked: 0,
    heard: null,
    rare: null,
  };
}

/** What a case tells one that another engine has. Plain data. */
export interface Told {
  from: string;
  target: string;
  /** Null takes back what was told before. */
  value: unknown;
  /** Positions that it rests on. */
  facts: number[];
  known: boolean;
}

/** A case that others look at, as it is now. Plain data. */
export interface Shown {
  key: string;
  state: CaseStates[Lookable];
  /** In what others go by: they are asked again. */
  changed: boolean;
}

export type DriftEventType =
  'opened' | 'changed' | 'resolved' | 'reopened' | 'renamed' | 'accepted' | 'consequence' | 'act';

/** One line of a drift's history. */
export interface DriftEvent {
  caseKey: string;
  anchor: string;
  driftId: string;
  occurrence: number;
  type: DriftEventType;
  position: number;
  at: number;
  status: DriftStatus;
  detail: string;
}

export interface FactChunk {
  caseKey: string;
  chunk: number;
  positions: number[];
}

export const CHUNK = 256;
