import { formatInstant } from '../../domain/facts/instant';
import type { Finding } from '../../domain/drift/finding';
import type { Act } from '../../projections/engine/records';
import type { DriftEntity } from '../entities/drift.entity';
import type { DriftActView, DriftView } from './drift-schema';

export function driftView(row: DriftEntity): DriftView {
  const finding = JSON.parse(row.finding) as Finding;
  const { subject, discriminator, sides, difference, amountAtRisk, unitsAtRisk, cause, fixes } = finding;
  const { divergence } = finding;
  return {
    id: row.id,
    detector: row.detector,
    cluster: row.cluster,
    subject,
    discriminator,
    severity: row.severity as DriftView['severity'],
    owner: row.owner,
    status: row.status as DriftView['status'],
    occurrence: row.occurrence,
    openedAt: row.openedAt.toISOString(),
    dueAt: formatInstant(finding.dueAt),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    resolvedBy: row.resolvedBy,
    sides,
    difference,
    explained: finding.explained,
    amountAtRisk,
    unitsAtRisk,
    cause,
    firstDivergence: divergence && {
      fact: divergence.fact,
      position: divergence.fact,
      occurredAt: formatInstant(divergence.at),
    },
    fixes,
    aliases: row.aliases,
  };
}

/** What people did about one drift, of all that they did in its case. */
export function actsOf(acts: readonly Act[], anchor: string): DriftActView[] {
  return acts
    .filter((act) => act.anchor === anchor)
    .map(({ type, fact, at, actor, occurrence, comment, assignee, until }) => ({
      type,
      fact,
      at: formatInstant(at),
      actor,
      occurrence,
      comment,
      assignee,
      until: until == null ? null : formatInstant(until),
    }));
}

/** Positions of all facts that a drift refers to, each once. */
export function factsOf(view: DriftView): number[] {
  const facts = [
    ...view.sides.map((side) => side.fact),
    ...view.explained.flatMap((term) => term.facts),
    view.firstDivergence?.position ?? null,
    view.resolvedBy,
  ];
  return [...new Set(facts.filter((fact) => fact !== null))].sort((a, b) => a - b);
}
