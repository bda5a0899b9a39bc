/** What changes in sums: drifts in number, units and money, cases that differ, messages that leave or enter quarantine. */
import type { ClientBase } from 'pg';
import { type DiffParts, type Sides, compared } from './compare';
import { casesToCompare } from '../generation-schema';
import { type Change, driftsThatDiffer } from './drifts';

/** Drifts of one detector and cause, with money in one currency: currencies are never added up. */
export interface DriftChanges {
  change: Change;
  detector: string;
  cause: string;
  currency: string | null;
  drifts: number;
  /** Minor units of `currency`: what they put at risk, in the generation in which they are. */
  minor: number;
  /** Decimal text, base units. */
  units: string;
}

export interface CaseChanges {
  kind: string;
  onlyBefore: number;
  onlyAfter: number;
  different: number;
}

export interface DiffSummary {
  generation: number;
  /** Both generations are compared as of this position. */
  position: number;
  drifts: DriftChanges[];
  cases: CaseChanges[];
  quarantine: { left: number; entered: number };
}

/** Throws `GenerationRefused` as `compared` does. */
export async function diff(parts: DiffParts): Promise<DiffSummary> {
  return compared(parts, async (sides) => ({
    generation: parts.generation,
    position: sides.position,
    drifts: await driftChanges(sides.client, sides),
    cases: await caseChanges(sides),
    quarantine: await quarantine(sides),
  }));
}

/** Of all drifts, or of those `within`, by `values` as its parameters. */
export async function driftChanges(
  client: ClientBase,
  { within, values, ...sides }: Pick<Sides, 'before' | 'after'> & { within?: string; values?: unknown[] },
): Promise<DriftChanges[]> {
  const { rows } = await client.query<DriftChanges>(
    `
    SELECT change, detector, coalesce(after_cause, before_cause) AS cause, coalesce(after_currency, before_currency) AS currency,
           count(*) AS drifts, coalesce(sum(coalesce(after_minor, before_minor)), 0)::bigint AS minor,
           trim_scale(coalesce(sum(app.json_number(coalesce(after_finding, before_finding), 'unitsAtRisk')), 0))::text AS units
      FROM (${driftsThatDiffer(sides, within)}) changes
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    values,
  );
  return rows;
}

async function caseChanges({ client, before, after }: Sides): Promise<CaseChanges[]> {
  const { rows } = await client.query<CaseChanges>(`
    SELECT kind, count(*) FILTER (WHERE a IS NULL) AS "onlyBefore", count(*) FILTER (WHERE b IS NULL) AS "onlyAfter",
           count(*) FILTER (WHERE a IS NOT NULL AND b IS NOT NULL) AS different
      FROM (SELECT coalesce(b.kind, a.kind) AS kind, b.state AS b, a.state AS a
              FROM (${casesToCompare(before, 'true')}) b FULL JOIN (${casesToCompare(after, 'true')}) a USING (key)
             WHERE (b.state, b.rare) IS DISTINCT FROM (a.state, a.rare)) different
     WHERE kind <> 'message'
     GROUP BY kind ORDER BY kind`);
  return rows;
}

async function quarantine({ client, before, after }: Sides): Promise<DiffSummary['quarantine']> {
  const { rows } = await client.query<DiffSummary['quarantine']>(`
    SELECT count(*) FILTER (WHERE a.key IS NULL) AS left, count(*) FILTER (WHERE b.key IS NULL) AS entered
      FROM (SELECT key FROM ${before}.cases WHERE kind = 'message') b
      FULL JOIN (SELECT key FROM ${after}.cases WHERE kind = 'message') a USING (key)`);
  return rows[0] ?? { left: 0, entered: 0 };
}
