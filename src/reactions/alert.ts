/** What an alert says: kept in the outbox as it was when the drift changed, whatever becomes of the drift later. */
import type { Finding } from '../domain/drift/finding';
import type { DriftRecord } from '../projections/engine/records';

export type DriftAlertKind = 'drift.opened' | 'drift.resolved';

export interface AlertBody extends Pick<
  Finding,
  'subject' | 'discriminator' | 'cause' | 'amountAtRisk' | 'unitsAtRisk'
> {
  drift: string;
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
}

/** A drift may have ended within the batch that opened it: its beginning is told as it was all the same. */
export function alertBody(drift: DriftRecord, kind: DriftAlertKind): AlertBody {
  const ended = kind === 'drift.resolved';
  const { subject, discriminator, cause, amountAtRisk, unitsAtRisk, divergence, sides } = drift.finding;
  return {
    drift: drift.id,
    detector: drift.detector,
    severity: drift.severity,
    owner: drift.owner,
    sources: [...new Set(sides.map(({ system }) => system))],
    occurrence: drift.occurrence,
    subject,
    discriminator,
    cause,
    amountAtRisk,
    unitsAtRisk,
    firstDivergence: divergence,
    openedAt: drift.openedAt,
    resolvedAt: ended ? drift.resolvedAt : null,
    resolvedBy: ended ? drift.resolvedBy : null,
  };
}
