import type { Pool } from 'pg';
import type { TrailEvent, TrailView } from './trail-schema';

interface Row {
  drift_id: string;
  anchor: string;
  occurrence: number;
  type: string;
  position: number;
  at: Date;
  status: TrailEvent['status'];
  detail: string;
}

const EVENTS = `
  SELECT drift_id, anchor, occurrence, type, position, at, status, detail FROM live.drift_events
   WHERE case_key = ANY($1) AND position <= $2 ORDER BY position, type <> 'act', anchor`;

/** @param upTo a position; null: everything */
export async function trailEvents(
  pool: Pool,
  caseKeys: readonly string[],
  upTo: number | null,
): Promise<TrailEvent[]> {
  const { rows } = await pool.query<Row>(EVENTS, [caseKeys, upTo ?? Number.MAX_SAFE_INTEGER]);
  return rows.map(({ drift_id, anchor, occurrence, type, position, at, status, detail }) => ({
    drift: drift_id,
    // An anchor begins with the detector's code, which has no bar in it.
    detector: anchor.slice(0, anchor.indexOf('|')),
    occurrence,
    type,
    position,
    at: at.toISOString(),
    status,
    detail,
  }));
}

/** The last word on each drift. */
export function trailDrifts(events: readonly TrailEvent[]): TrailView['drifts'] {
  const last = new Map<string, TrailView['drifts'][number]>();
  for (const { drift, detector, type, status, occurrence, position, detail } of events) {
    if (type === 'renamed') last.delete(detail);
    const since = type === 'act' ? (last.get(drift)?.since ?? position) : position;
    last.set(drift, { id: drift, detector, status, occurrence, since });
  }
  return [...last.values()];
}
