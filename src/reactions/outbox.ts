/** What the live path leaves for the reactions, in its own transaction. A rebuild never calls this. */
import type { ClientBase } from 'pg';
import type { CaseRecord, DriftEvent } from '../projections/engine/records';
import { type DriftAlertKind, KIND_OF } from './alert';
import { type News, tell } from './tell';

type Cases = ReadonlyMap<string, Pick<CaseRecord, 'drifts'> | null>;

/** Every turn of a drift into another state, in the order in which they happened. */
export function newsOf(events: readonly DriftEvent[], cases: Cases): News[] {
  const news: News[] = [];
  for (const event of events) {
    const drift = cases.get(event.caseKey)?.drifts.get(event.anchor);
    const kind = kindOf(event);
    if (!drift || !kind) continue;
    const { driftId, occurrence, position, at } = event;
    // A batch folds all that happens at a position, so the place in it tells apart what comes, goes and comes again.
    const key = `${driftId}@${position}/${kind}/${news.length}`;
    news.push({ drift, driftId, key, kind, occurrence, position, at });
  }
  return news;
}

function kindOf({ type, status }: DriftEvent): DriftAlertKind | null {
  switch (type) {
    case 'opened':
    case 'reopened':
    case 'accepted':
    case 'consequence':
    case 'resolved':
      return KIND_OF[status];
    default:
      return null;
  }
}

/** Has the form of `LiveParts.onEvents`: called in the transaction that writes what the events tell of. */
export async function insertOutbox(
  client: ClientBase,
  events: readonly DriftEvent[],
  cases: Cases,
): Promise<void> {
  await tell(client, newsOf(events, cases));
}
