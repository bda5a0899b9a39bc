/**
 * What changes if a generation takes the live one's place: drifts that open, close or say something else, in number, units
 * and money, cases that differ, messages that leave or enter quarantine. Computed in the database, read page by page.
 */
import type { Pool, PoolClient } from 'pg';
import type { Ledger } from '../ledger/port';
import { CatchUp } from './catch-up';
import {
  GenerationRefused,
  completeGeneration,
  guardBuild,
  keepLive,
  letLiveGo,
  positionOf,
} from './generations';
import { LIVE, schemaName } from './generation-schema';
import { type ProjectionSettings, madeByThisCode, madeSettings } from './settings';

export type Change = 'opened' | 'closed' | 'changed';

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
  onlyLive: number;
  onlyDraft: number;
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

export interface DriftChange {
  change: Change;
  caseKey: string;
  anchor: string;
  detector: string;
  subject: string;
  discriminator: string;
  /** As it is in each generation; null where it does not stand. */
  live: DriftSide | null;
  draft: DriftSide | null;
}

export interface DriftSide {
  id: string;
  cause: string;
  minor: number | null;
  currency: string | null;
  units: string | null;
  difference: unknown;
}

export interface DiffParts {
  pool: Pool;
  ledger: Ledger;
  settings: ProjectionSettings;
  generation: number;
}

/** Live moves on while the draft is caught up: so often is that tried again. */
const TRIES = 5;
const PAGE = 500;

/**
 * Catches the draft up to live and compares the two as of one position. Throws `GenerationRefused` where there is nothing to
 * compare, or where live moves faster than the draft can be caught up.
 */
export async function diff(parts: DiffParts): Promise<DiffSummary> {
  return compared(parts, async (client, schema, position, base) => ({
    generation: parts.generation,
    position,
    drifts: await driftChanges(client, schema, base),
    cases: await caseChanges(client, schema, base),
    quarantine: await quarantine(client, schema, base),
  }));
}

/** Every drift that opens, closes or changes, in the order of its case. */
export async function eachDriftChange(
  parts: DiffParts,
  tell: (change: DriftChange) => void | Promise<void>,
): Promise<void> {
  await compared(parts, async (client, schema, _, base) => {
    await client.query(
      `DECLARE changes NO SCROLL CURSOR FOR ${DRIFTS(schema, base)} ORDER BY case_key, anchor`,
    );
    for (;;) {
      const { rows } = await client.query<DriftChangeRow>(`FETCH ${PAGE} FROM changes`);
      for (const row of rows) await tell(driftChange(row));
      if (rows.length < PAGE) return;
    }
  });
}

async function compared<T>(
  { pool, ledger, settings, generation: id }: DiffParts,
  compare: (client: PoolClient, schema: string, position: number, base: string) => Promise<T>,
): Promise<T> {
  const release = await guardBuild(pool, id);
  try {
    const { schema, made, status, fingerprint, lastFact, comparedWith } = await completeGeneration(pool, id);
    if (lastFact !== null) return await comparedAt(pool, { id, schema, lastFact, comparedWith }, compare);
    if (status === 'live')
      throw new GenerationRefused(`generation ${id} is the live one: it differs in nothing`);
    const folds = madeByThisCode(fingerprint);
    const catchUp = await CatchUp.open({ ledger, pool, settings: madeSettings(made, settings), schema });
    for (let tried = 0; tried < TRIES; tried++) {
      const live = await positionOf(pool, LIVE);
      // No further than live: a service that folds has its own pace, and one that does not run has none.
      if (folds) await catchUp.exactlyTo(live);
      const result = await inSnapshot(pool, async (client) => {
        const [now, draft] = [await positionOf(client, LIVE), await positionOf(client, schema)];
        return now === draft ? { value: await compare(client, schemaName(schema), now, LIVE) } : null;
      });
      if (result) return result.value;
    }
    throw new GenerationRefused(
      `generation ${id} is at position ${catchUp.position} and live has moved on: ` +
        (folds
          ? 'ask again when less arrives'
          : 'another version made it, so it cannot be caught up: build it anew'),
    );
  } finally {
    await release();
  }
}

/** What both have folded ends at one fact, for ever: nothing is caught up. */
async function comparedAt<T>(
  pool: Pool,
  draft: { id: number; schema: string; lastFact: number; comparedWith: number | null },
  compare: (client: PoolClient, schema: string, position: number, base: string) => Promise<T>,
): Promise<T> {
  const { id, schema, lastFact, comparedWith } = draft;
  if (comparedWith === null)
    throw new GenerationRefused(
      `generation ${id} is what was in force up to fact ${lastFact}: the draft beside it is compared with it`,
    );
  const { schema: base } = await completeGeneration(pool, comparedWith);
  return inSnapshot(pool, (client) => compare(client, schemaName(schema), lastFact, schemaName(base)));
}

async function inSnapshot<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    // A promotion renames what the later statements of a snapshot read.
    await keepLive(client);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await work(client);
  } finally {
    // Nothing was written, so nothing is kept.
    const broken = await letLiveGo(client).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    client.release(broken);
  }
}

/** What somebody has to look at: an accepted drift stands too, a consequence or a resolved one does not. */
const STANDS = `status IN ('open', 'accepted')`;

/** Drifts are the same where case and anchor are; they say the same where their values do. */
const DRIFTS = (draft: string, base: string) => `
  SELECT CASE WHEN l.case_key IS NULL THEN 'opened' WHEN d.case_key IS NULL THEN 'closed' ELSE 'changed' END AS change,
         case_key, anchor, coalesce(d.detector, l.detector) AS detector, coalesce(d.subject, l.subject) AS subject,
         coalesce(d.discriminator, l.discriminator) AS discriminator,
         l.id AS live_id, l.cause AS live_cause, l.amount_minor AS live_minor, l.amount_currency AS live_currency, l.finding AS live_finding,
         d.id AS draft_id, d.cause AS draft_cause, d.amount_minor AS draft_minor, d.amount_currency AS draft_currency, d.finding AS draft_finding
    FROM (SELECT * FROM ${base}.drifts WHERE ${STANDS}) l
    FULL JOIN (SELECT * FROM ${draft}.drifts WHERE ${STANDS}) d USING (case_key, anchor)
   WHERE l.case_key IS NULL OR d.case_key IS NULL OR l.values_hash <> d.values_hash`;

async function driftChanges(client: PoolClient, draft: string, base: string): Promise<DriftChanges[]> {
  const { rows } = await client.query<DriftChanges>(`
    SELECT change, detector, coalesce(draft_cause, live_cause) AS cause, coalesce(draft_currency, live_currency) AS currency,
           count(*) AS drifts, coalesce(sum(coalesce(draft_minor, live_minor)), 0)::bigint AS minor,
           trim_scale(coalesce(sum((coalesce(draft_finding, live_finding)::json ->> 'unitsAtRisk')::numeric), 0))::text AS units
      FROM (${DRIFTS(draft, base)}) changes
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`);
  return rows;
}

async function caseChanges(client: PoolClient, draft: string, base: string): Promise<CaseChanges[]> {
  const { rows } = await client.query<CaseChanges>(`
    SELECT kind, count(*) FILTER (WHERE d IS NULL) AS "onlyLive", count(*) FILTER (WHERE l IS NULL) AS "onlyDraft",
           count(*) FILTER (WHERE l <> d) AS different
      FROM (SELECT coalesce(l.kind, d.kind) AS kind, l.state AS l, d.state AS d
              FROM ${base}.cases l FULL JOIN ${draft}.cases d USING (key)
             WHERE l.state IS DISTINCT FROM d.state) different
     WHERE kind <> 'message'
     GROUP BY kind ORDER BY kind`);
  return rows;
}

async function quarantine(
  client: PoolClient,
  draft: string,
  base: string,
): Promise<DiffSummary['quarantine']> {
  const { rows } = await client.query<DiffSummary['quarantine']>(`
    SELECT count(*) FILTER (WHERE d.key IS NULL) AS left, count(*) FILTER (WHERE l.key IS NULL) AS entered
      FROM (SELECT key FROM ${base}.cases WHERE kind = 'message') l
      FULL JOIN (SELECT key FROM ${draft}.cases WHERE kind = 'message') d USING (key)`);
  return rows[0] ?? { left: 0, entered: 0 };
}

interface DriftChangeRow {
  change: Change;
  case_key: string;
  anchor: string;
  detector: string;
  subject: string;
  discriminator: string;
  live_id: string | null;
  live_cause: string | null;
  live_minor: number | null;
  live_currency: string | null;
  live_finding: string | null;
  draft_id: string | null;
  draft_cause: string | null;
  draft_minor: number | null;
  draft_currency: string | null;
  draft_finding: string | null;
}

function driftChange(row: DriftChangeRow): DriftChange {
  const { change, case_key: caseKey, anchor, detector, subject, discriminator } = row;
  const live = side(row.live_id, row.live_cause, row.live_minor, row.live_currency, row.live_finding);
  const draft = side(row.draft_id, row.draft_cause, row.draft_minor, row.draft_currency, row.draft_finding);
  return { change, caseKey, anchor, detector, subject, discriminator, live, draft };
}

function side(
  id: string | null,
  cause: string | null,
  minor: number | null,
  currency: string | null,
  finding: string | null,
): DriftSide | null {
  if (id === null || finding === null) return null;
  const { unitsAtRisk: units, difference } = JSON.parse(finding) as {
    unitsAtRisk: string | null;
    difference: unknown;
  };
  return { id, cause: cause ?? '', minor, currency, units, difference };
}
