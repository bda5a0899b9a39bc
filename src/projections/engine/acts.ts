/** What people did about a drift. */
import type { ToldAct } from './reading';
import type { Act, CaseRecord, DriftAct, DriftEvent } from './records';

/** Notes the act on the case. Answers the line of the drift's history; null where the case has no such drift now. */
export function takeAct(record: CaseRecord, { position, at, act: own }: ToldAct): DriftEvent | null {
  const act = actOf(own, position, at);
  record.acts.push(act);
  const drift = record.drifts.get(own.anchor);
  if (!drift) return null;
  // One that is found no more keeps whom it was given to.
  if (own.type === 'drift.assigned') {
    drift.owner = own.assignee;
    drift.changedBy = position;
  }
  return {
    caseKey: own.caseKey,
    anchor: own.anchor,
    driftId: drift.id,
    occurrence: own.occurrence,
    type: 'act',
    position,
    at,
    status: drift.status,
    detail: `${act.type} by ${own.actor}`,
  };
}

function actOf(own: DriftAct, fact: number, at: number): Act {
  const { anchor, occurrence, valuesHash, actor, comment, assignee, until } = own;
  const type = own.type.slice('drift.'.length) as Act['type'];
  return {
    type,
    anchor,
    occurrence,
    valuesHash,
    actor,
    comment,
    assignee,
    ...(until !== null && { until }),
    fact,
    at,
  };
}
