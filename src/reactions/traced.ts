import type { ClientBase, Pool } from 'pg';
import { tracesOf } from '../platform/traces/traces-of';
import { type Alert, isSummary } from './claim';

/** The same alerts, each with the `traceparent` of the request that it comes from, where that is known. */
export async function traced<A extends Alert & { position: number }>(
  db: Pool | ClientBase,
  alerts: readonly A[],
): Promise<A[]> {
  const traces = await tracesOf(db, alerts.flatMap(factOf));
  return alerts.map((alert) => {
    const [fact] = factOf(alert);
    return { ...alert, trace: fact === undefined ? undefined : traces.get(fact) };
  });
}

/** Where the sides parted, else what was told of last; a summary comes from many requests. */
function factOf(alert: Alert & { position: number }): number[] {
  if (isSummary(alert)) return [];
  return [
    alert.kind === 'drift.opened' ? (alert.body.firstDivergence?.fact ?? alert.position) : alert.position,
  ];
}
