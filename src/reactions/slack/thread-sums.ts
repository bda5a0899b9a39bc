/** What a thread is about, as it is now. */
import type { Pool } from 'pg';
import type { Money } from '../../domain/exact';
import { type Cluster, readClusters } from '../../projections/clusters';

export interface ThreadSums {
  clusters: number;
  open: number;
  accepted: number;
  severity: string;
  money: Money[];
  owners: string[];
  /** When the oldest that is open has opened; null: nothing is open. */
  firstSeen: Date | null;
  change: string | null;
}

export type ReadSums = (about: string) => Promise<ThreadSums>;

export const SURGE = 'surge/';
/** Of one detector; the smallest are left out where there are more. */
const MOST = 10_000;

export function sumsFrom(pool: Pool): ReadSums {
  return async (about) => {
    const clusters = about.startsWith(SURGE)
      ? await readClusters(pool, { detector: about.slice(SURGE.length), limit: MOST })
      : await readClusters(pool, { ids: [about], limit: 1 });
    return sumsOf(clusters);
  };
}

export function sumsOf(clusters: readonly Cluster[]): ThreadSums {
  const money = new Map<string, number>();
  const owners = new Set<string>();
  const sums: ThreadSums = {
    clusters: clusters.length,
    open: 0,
    accepted: 0,
    severity: clusters[0]?.severity ?? '',
    money: [],
    owners: [],
    firstSeen: null,
    change: null,
  };
  for (const cluster of clusters) {
    sums.open += cluster.open;
    sums.accepted += cluster.accepted;
    for (const { minor, currency } of cluster.money) money.set(currency, (money.get(currency) ?? 0) + minor);
    for (const owner of cluster.owners) owners.add(owner);
    const { firstSeen } = cluster;
    if (cluster.open > 0 && (sums.firstSeen === null || firstSeen < sums.firstSeen))
      sums.firstSeen = firstSeen;
  }
  sums.money = [...money].map(([currency, minor]) => ({ minor, currency }));
  sums.owners = [...owners].sort();
  const [only, ...others] = clusters;
  if (only?.change && others.length === 0) sums.change = only.change.text;
  return sums;
}
