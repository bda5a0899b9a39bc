/** Drifts of one cause, summed: how many, what they cost, since when, whose they are, and what would close most of them. */
import type { ClientBase, Pool } from 'pg';
import type { Money } from '../domain/exact';
import type { Cause, Divergence, Proposal, Severity } from '../domain/drift/finding';
import { LIVE } from './generation-schema';

export interface Cluster {
  id: string;
  detector: string;
  /** `about` null: nothing but the detector and the cause is common to them. */
  cause: { code: string; about: string | null };
  /** The gravest of those that are open. */
  severity: Severity;
  open: number;
  accepted: number;
  /** Of those that are open, a sum for each currency. */
  money: Money[];
  /** When the oldest that is open has opened. */
  firstSeen: Date;
  lastSeen: Date;
  firstDivergence: Divergence | null;
  owners: string[];
  /** The proposal that most of the oldest ones have, and of how many of `looked`. */
  change: (Proposal & { closes: number; looked: number }) | null;
}

export interface ClusterQuery {
  ids?: readonly string[];
  detector?: string;
  owner?: string;
  /** The greatest first: those after this one. */
  after?: { open: number; id: string };
  limit: number;
}

type Sums = Omit<Cluster, 'cause' | 'firstDivergence' | 'change' | 'severity'> & { grade: number };
interface Member {
  cluster: string;
  cause: Cause | null;
  divergence: Divergence | null;
  fixes: Proposal[] | null;
}

const GRADES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];
/** Of each cluster, the oldest: what they say of the cause stands for the others. */
const LOOKED = 50;

/** By `ids`: those that there are, open or not. Otherwise those with an open drift, the greatest first. */
export async function readClusters(db: Pool | ClientBase, query: ClusterQuery): Promise<Cluster[]> {
  const { ids, detector, owner, after, limit } = query;
  const { rows } = await db.query<Sums>(sums(ids !== undefined), [
    ids ?? null,
    detector ?? null,
    owner ?? null,
    after?.open ?? null,
    after?.id ?? null,
    limit,
  ]);
  if (rows.length === 0) return [];
  const { rows: members } = await db.query<Member>(MEMBERS, [rows.map(({ id }) => id), LOOKED]);
  const byCluster = new Map<string, Member[]>(rows.map(({ id }) => [id, []]));
  for (const member of members) byCluster.get(member.cluster)?.push(member);
  return rows.map((row) => clusterOf(row, byCluster.get(row.id) ?? []));
}

function clusterOf({ grade, ...sums }: Sums, members: readonly Member[]): Cluster {
  const first = members.find(({ cause }) => cause !== null);
  return {
    ...sums,
    cause: { code: first?.cause?.code ?? '', about: first?.cause?.about ?? null },
    severity: GRADES[grade] ?? 'low',
    firstDivergence: first?.divergence ?? null,
    change: mostProposed(members),
  };
}

/** Proposals in other words are alike when the same is to be done in the same system. */
function mostProposed(members: readonly Member[]): Cluster['change'] {
  const counts = new Map<string, { proposal: Proposal; closes: number }>();
  for (const { fixes } of members) {
    const [proposal] = fixes ?? [];
    if (!proposal) continue;
    const key = `${proposal.kind}/${proposal.system}`;
    const known = counts.get(key);
    if (known) known.closes++;
    else counts.set(key, { proposal, closes: 1 });
  }
  const [most] = [...counts.values()].sort((a, b) => b.closes - a.closes);
  return most ? { ...most.proposal, closes: most.closes, looked: members.length } : null;
}

/** Summed by currency first: a cluster may have several. */
function sums(byId: boolean): string {
  return `
  WITH parts AS (
    SELECT cluster, min(detector) AS detector, amount_currency AS currency, sum(amount_minor) FILTER (WHERE ${OPEN}) AS minor,
           count(*) FILTER (WHERE ${OPEN}) AS open, count(*) FILTER (WHERE status = 'accepted') AS accepted,
           coalesce(min(opened_at) FILTER (WHERE ${OPEN}), min(opened_at)) AS first,
           coalesce(max(opened_at) FILTER (WHERE ${OPEN}), max(opened_at)) AS last,
           coalesce(min(${GRADE}) FILTER (WHERE ${OPEN}), min(${GRADE})) AS grade,
           array_agg(DISTINCT owner) FILTER (WHERE owner IS NOT NULL AND ${OPEN}) AS owners
      FROM ${LIVE}.drifts
     WHERE ${byId ? 'cluster = ANY($1::text[])' : `status IN ('open', 'accepted') AND $1::text[] IS NULL`}
       AND ($2::text IS NULL OR detector = $2)
     GROUP BY cluster, amount_currency),
  clusters AS (
    SELECT cluster AS id, min(detector) AS detector, sum(open)::bigint AS open, sum(accepted)::bigint AS accepted,
           min(first) AS "firstSeen", max(last) AS "lastSeen", min(grade) AS grade,
           coalesce(json_agg(json_build_object('minor', minor, 'currency', currency) ORDER BY currency)
             FILTER (WHERE currency IS NOT NULL AND minor IS NOT NULL), '[]') AS money,
           ARRAY(SELECT DISTINCT o FROM unnest(string_to_array(string_agg(array_to_string(owners, E'\\x01'), E'\\x01'), E'\\x01')) o
                  WHERE o <> '' ORDER BY o) AS owners
      FROM parts GROUP BY cluster)
  SELECT * FROM clusters
   WHERE ${byId ? 'true' : 'open > 0'} AND ($3::text IS NULL OR $3 = ANY(owners))
     AND ($4::bigint IS NULL OR (open, id) < ($4, $5))
   ORDER BY open DESC, id DESC LIMIT $6`;
}

const OPEN = `status = 'open'`;
const GRADE = `array_position(ARRAY['critical', 'high', 'medium', 'low'], severity) - 1`;

/** Null is what cannot be read: PostgreSQL refuses half a character, and one such finding must not hide the others. */
const MEMBERS = `
  SELECT c.id AS cluster, app.json_member(m.finding, 'cause') AS cause, app.json_member(m.finding, 'divergence') AS divergence,
         app.json_member(m.finding, 'fixes') AS fixes
    FROM unnest($1::text[]) AS c(id)
   CROSS JOIN LATERAL (SELECT finding FROM ${LIVE}.drifts d WHERE d.cluster = c.id
                        ORDER BY (d.status <> 'open'), d.opened_at, d.id LIMIT $2) m`;
