import { formatInstant } from '../../domain/facts/instant';
import type { Cluster } from '../../projections/clusters';
import type { ClusterView } from './cluster-schema';

export function clusterView(cluster: Cluster): ClusterView {
  const { money: amountAtRisk, firstSeen, lastSeen, firstDivergence, ...same } = cluster;
  return {
    ...same,
    amountAtRisk,
    firstSeen: firstSeen.toISOString(),
    lastSeen: lastSeen.toISOString(),
    firstDivergence: firstDivergence && {
      position: firstDivergence.fact,
      occurredAt: formatInstant(firstDivergence.at),
    },
  };
}
