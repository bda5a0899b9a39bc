/** What is open, what is new and what is settled: as of the last folded fact, for the day before it. */
import type { ClientBase, Pool } from 'pg';
import { type Money, formatQuantity } from '../domain/exact';
import { explainedShare } from './explained-share';
import { LIVE } from './generation-schema';

export interface Digest {
  position: number;
  /** RFC 3339: the clock of the ledger at that position. */
  asOf: string;
  /** Since a day before. */
  opened: number;
  resolved: number;
  open: number;
  accepted: number;
  /** Of all that is open, a sum for each currency. */
  atRisk: Money[];
  /** Of what is open, by its age in days. */
  ageing: { days: string; drifts: number; atRisk: Money[] }[];
  /** The most first. */
  detectors: { detector: string; open: number; opened: number; resolved: number; atRisk: Money[] }[];
  /** Dispatched in Scend, due in Prima, and not there. */
  shipmentsWithoutFulfilment: number;
  /** Of the units by which positions of stock differ. `share` is from 0 to 1; null: nothing differs. */
  stock: { explained: string; unexplained: string; share: number | null };
}

export const AGES = ['<1', '1–3', '4–7', '8–30', '31–60', '61–90', '>90'] as const;

type Checkpoint = Pick<Digest, 'position' | 'asOf'> & { instant: Date };
interface Sum {
  detector: string;
  age: number;
  currency: string | null;
  minor: number | null;
  open: number;
  accepted: number;
}
interface Changed {
  detector: string;
  opened: number;
  resolved: number;
}

const CHECKPOINT = `SELECT position, instant FROM ${LIVE}.checkpoint`;
/** An age counts whole days: one of 3 days and 23 hours is 3 days old. */
const SUMS = `
  SELECT detector, CASE WHEN status = 'open'
           THEN width_bucket(floor(extract(epoch FROM $1::timestamptz - opened_at) / 86400), ARRAY[1, 4, 8, 31, 61, 91]::numeric[])
           ELSE 0 END AS age,
         amount_currency AS currency, sum(amount_minor) FILTER (WHERE status = 'open')::bigint AS minor,
         count(*) FILTER (WHERE status = 'open') AS open, count(*) FILTER (WHERE status = 'accepted') AS accepted
    FROM ${LIVE}.drifts WHERE status IN ('open', 'accepted') GROUP BY 1, 2, 3`;
/** A drift that comes and goes is one that is new and one that is settled. */
const CHANGED = `
  SELECT d.detector, count(DISTINCT e.drift_id) FILTER (WHERE e.type IN ('opened', 'reopened') AND e.status = 'open') AS opened,
         count(DISTINCT e.drift_id) FILTER (WHERE e.type = 'resolved') AS resolved
    FROM ${LIVE}.drift_events e JOIN ${LIVE}.drifts d USING (case_key, anchor)
   WHERE e.at > $1::timestamptz - interval '1 day' GROUP BY 1`;

/** Null where nothing is live yet. */
export async function readDigest(db: Pool | ClientBase): Promise<Digest | null> {
  const { rows } = await db.query<Checkpoint>(CHECKPOINT);
  const [checkpoint] = rows;
  const stock = checkpoint && (await explainedShare(db));
  if (!checkpoint || !stock) return null;
  const { rows: sums } = await db.query<Sum>(SUMS, [checkpoint.instant]);
  const { rows: changed } = await db.query<Changed>(CHANGED, [checkpoint.instant]);
  const { explained, unexplained } = stock;
  const total = explained + unexplained;
  return {
    position: checkpoint.position,
    asOf: checkpoint.instant.toISOString(),
    opened: changed.reduce((count, each) => count + each.opened, 0),
    resolved: changed.reduce((count, each) => count + each.resolved, 0),
    open: openOf(sums),
    accepted: sums.reduce((count, each) => count + each.accepted, 0),
    atRisk: moneyOf(sums),
    ageing: AGES.map((days, age) => {
      const aged = sums.filter((sum) => sum.age === age);
      return { days, drifts: openOf(aged), atRisk: moneyOf(aged) };
    }),
    detectors: byDetector(sums, changed),
    shipmentsWithoutFulfilment: openOf(sums.filter(({ detector }) => detector === 'shipment-not-in-erp')),
    stock: {
      explained: formatQuantity(explained),
      unexplained: formatQuantity(unexplained),
      share: total === 0 ? null : Math.round((explained / total) * 10_000) / 10_000,
    },
  };
}

function byDetector(sums: readonly Sum[], changed: readonly Changed[]): Digest['detectors'] {
  const codes = new Set([...sums, ...changed].map(({ detector }) => detector));
  return [...codes]
    .map((detector) => {
      const own = sums.filter((sum) => sum.detector === detector);
      const { opened = 0, resolved = 0 } = changed.find((each) => each.detector === detector) ?? {};
      return { detector, open: openOf(own), opened, resolved, atRisk: moneyOf(own) };
    })
    .filter(({ open, opened, resolved }) => open + opened + resolved > 0)
    .sort((a, b) => b.open - a.open || (a.detector < b.detector ? -1 : 1));
}

function openOf(sums: readonly Sum[]): number {
  return sums.reduce((count, { open }) => count + open, 0);
}

/** Currencies are never added up. */
function moneyOf(sums: readonly Sum[]): Money[] {
  const money = new Map<string, number>();
  for (const { currency, minor } of sums)
    if (currency !== null && minor !== null) money.set(currency, (money.get(currency) ?? 0) + minor);
  return [...money].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, minor]) => ({ currency, minor }));
}
