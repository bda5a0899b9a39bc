/** Drifts that one generation has and the other has not, or has otherwise. */
import type { Sides } from './compare';
import type { Page, Place } from './page';

export type Change = 'opened' | 'closed' | 'changed';

export interface DriftDifference {
  change: Change;
  detector: string;
  subject: string;
  discriminator: string;
  /** As it is in each generation; null where it does not stand. */
  before: DriftSide | null;
  after: DriftSide | null;
}

export interface DriftSide {
  id: string;
  severity: string;
  owner: string | null;
  cause: string;
  amountAtRisk: { minor: number; currency: string } | null;
  /** Decimal text, base units. */
  unitsAtRisk: string | null;
  difference: unknown;
}

/** What somebody has to look at: an accepted drift stands too, a consequence or a resolved one does not. */
const STANDS = `status IN ('open', 'accepted')`;

/**
 * Drifts are the same where case and anchor are; they say the same where their values, severity and owner do. `within` narrows
 * both sides.
 */
export function driftsThatDiffer(
  { before, after }: Pick<Sides, 'before' | 'after'>,
  within = 'true',
): string {
  return `
    SELECT CASE WHEN b.case_key IS NULL THEN 'opened' WHEN a.case_key IS NULL THEN 'closed' ELSE 'changed' END AS change,
           case_key, anchor, coalesce(a.detector, b.detector) AS detector, coalesce(a.subject, b.subject) AS subject,
           coalesce(a.discriminator, b.discriminator) AS discriminator,
           b.id AS before_id, b.severity AS before_severity, b.owner AS before_owner, b.cause AS before_cause,
           b.amount_minor AS before_minor, b.amount_currency AS before_currency, b.finding AS before_finding,
           a.id AS after_id, a.severity AS after_severity, a.owner AS after_owner, a.cause AS after_cause,
           a.amount_minor AS after_minor, a.amount_currency AS after_currency, a.finding AS after_finding
      FROM (${standing(before, within)}) b FULL JOIN (${standing(after, within)}) a USING (case_key, anchor)
     WHERE b.case_key IS NULL OR a.case_key IS NULL
        OR (b.values_hash, b.severity) <> (a.values_hash, a.severity) OR b.owner IS DISTINCT FROM a.owner`;
}

/** Null is the owner where an earlier release made the table, which had no such column: then the name is that of the outer one. */
function standing(schema: string, within: string): string {
  return `
    SELECT d.* FROM (SELECT NULL::text AS owner) earlier, LATERAL (
      SELECT case_key, anchor, id, detector, subject, discriminator, severity, owner, cause, amount_minor, amount_currency,
             values_hash, finding
        FROM ${schema}.drifts WHERE ${STANDS} AND ${within}) d`;
}

type Row = Pick<DriftDifference, 'change' | 'detector' | 'subject' | 'discriminator'> & {
  case_key: string;
  anchor: string;
} & SideRow<'before'> &
  SideRow<'after'>;

type SideRow<When extends 'before' | 'after'> = Record<
  `${When}_${'id' | 'severity' | 'owner' | 'cause' | 'currency' | 'finding'}`,
  string | null
> &
  Record<`${When}_minor`, number | null>;

/** In the order of their cases. The place is the case and the anchor of the last one. */
export async function driftPage(
  sides: Sides,
  place: Place | null,
  limit: number,
): Promise<Page<DriftDifference>> {
  const [caseKey, anchor] = place ?? ['', ''];
  const { rows } = await sides.client.query<Row>(
    `${driftsThatDiffer(sides, '(case_key, anchor) > ($1, $2)')} ORDER BY case_key, anchor LIMIT $3`,
    [caseKey, anchor, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(difference),
    place: rows.length > limit && last ? [last.case_key, last.anchor] : null,
  };
}

function difference(row: Row): DriftDifference {
  const { change, detector, subject, discriminator } = row;
  return { change, detector, subject, discriminator, before: side(row, 'before'), after: side(row, 'after') };
}

function side(row: Row, when: 'before' | 'after'): DriftSide | null {
  const id = row[`${when}_id`];
  const finding = row[`${when}_finding`];
  if (id === null || finding === null) return null;
  const { unitsAtRisk, difference } = JSON.parse(finding) as Pick<DriftSide, 'unitsAtRisk' | 'difference'>;
  const [minor, currency] = [row[`${when}_minor`], row[`${when}_currency`]];
  return {
    id,
    severity: row[`${when}_severity`] ?? '',
    owner: row[`${when}_owner`],
    cause: row[`${when}_cause`] ?? '',
    amountAtRisk: minor === null || currency === null ? null : { minor, currency },
    unitsAtRisk,
    difference,
  };
}
