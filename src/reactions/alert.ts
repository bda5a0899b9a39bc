/** What an alert says: kept in the outbox as it was when the drift changed, whatever becomes of the drift later. */
import type { Finding } from '../domain/drift/finding';
import type { DriftRecord, DriftStatus } from '../projections/engine/records';

/** What a drift has become: each of its states has one. */
export type DriftAlertKind = 'drift.opened' | 'drift.resolved' | 'drift.accepted' | 'drift.superseded';

export const KIND_OF: Readonly<Record<DriftStatus, DriftAlertKind>> = {
  open: 'drift.opened',
  accepted: 'drift.accepted',
  consequence: 'drift.superseded',
  resolved: 'drift.resolved',
};

export interface AlertBody extends Pick<
  Finding,
  'subject' | 'discriminator' | 'cause' | 'amountAtRisk' | 'unitsAtRisk'
> {
  drift: string;
  /** What it was called before a late reference has changed its subject. */
  aliases?: string[];
  detector: string;
  severity: DriftRecord['severity'];
  /** Absent from alerts of before there were owners. */
  owner?: string | null;
  /** The systems that either side comes from. */
  sources?: string[];
  occurrence: number;
  /** Position in the ledger, and the source's clock in epoch ms. */
  firstDivergence: { fact: number; at: number } | null;
  /** Epoch ms. */
  openedAt: number;
  resolvedAt: number | null;
  /** Position of the fact that resolved it. */
  resolvedBy: number | null;
  /** When it became what is told here, epoch ms; absent from an opening, whose time is `openedAt`. */
  changedAt?: number;
  /** The generation whose promotion made it so; absent where facts did. */
  promoted?: number;
}

/** What has happened to a drift, by which position and by which clock. */
export interface Turn {
  kind: DriftAlertKind;
  occurrence: number;
  position: number;
  at: number;
  promoted?: number;
}

/** A drift may have ended, or come back, within the batch that is told: each turn is told as it was all the same. */
export function alertBody(drift: DriftRecord, turn: Turn): AlertBody {
  const { kind, occurrence, position, at, promoted } = turn;
  const ended = kind === 'drift.resolved';
  const { subject, discriminator, cause, amountAtRisk, unitsAtRisk, divergence, sides } = drift.finding;
  return {
    drift: drift.id,
    aliases: drift.aliases,
    detector: drift.detector,
    severity: drift.severity,
    owner: drift.owner,
    sources: [...new Set(sides.map(({ system }) => system))],
    occurrence,
    subject,
    discriminator,
    cause,
    amountAtRisk,
    unitsAtRisk,
    firstDivergence: divergence,
    openedAt: drift.openedAt,
    resolvedAt: ended ? (drift.resolvedAt ?? at) : null,
    resolvedBy: ended ? (drift.resolvedBy ?? (promoted === undefined ? position : null)) : null,
    ...(kind !== 'drift.opened' && { changedAt: at }),
    ...(promoted !== undefined && { promoted }),
  };
}
