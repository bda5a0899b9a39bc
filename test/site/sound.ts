/** What must hold of a service after anything was sent to it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { schemaOf } from '../../src/projections/generation-schema';
import type { Canaries } from './canaries';
import type { Site } from './site';

/** While the projector moves it is waited for; standing still for so long with facts to fold is being stopped. */
const STANDS_STILL_MS = 30_000;
const POLL_MS = 50;

interface Status {
  ledger: { position: number };
  projections: { position: number; lag: number }[];
}

/** Waits until all is folded. Answers what is wrong, or null. */
export async function settled(
  { door, alive }: Site,
  onProgress?: (position: number, head: number) => void,
  standsStillMs = STANDS_STILL_MS,
): Promise<string | null> {
  let last = -1;
  let since = performance.now();
  for (;;) {
    if (!alive()) return 'the service has ended';
    const { ledger, projections } = await door.json<Status>({ method: 'GET', path: '/v1/status' });
    const live = projections[0] ?? { position: 0, lag: ledger.position };
    onProgress?.(live.position, ledger.position);
    if (live.lag === 0) break;
    if (live.position !== last) [last, since] = [live.position, performance.now()];
    else if (performance.now() - since > standsStillMs)
      return `the projector stands at ${live.position} of ${ledger.position}`;
    await delay(POLL_MS);
  }
  const ready = await door.get('/health/ready');
  return ready.status === 200 ? null : `readiness says ${ready.status}: ${ready.text.slice(0, 500)}`;
}

/** What is wrong with the canaries' drifts. Ask once all is folded. */
export async function silenced({ pool }: Site, { name, expected }: Canaries): Promise<string[]> {
  const { rows } = await pool.query<{ drift: string }>(
    `SELECT detector || ' ' || subject AS drift FROM live.drifts
      WHERE status = 'open' AND strpos(subject, $1) > 0 ORDER BY 1`,
    [name],
  );
  const found = rows.map(({ drift }) => drift);
  return [
    ...expected
      .filter((drift) => !found.includes(drift))
      .map((drift) => `a canary's drift is missing: ${drift}`),
    ...found
      .filter((drift) => !expected.includes(drift))
      .map((drift) => `a canary has a drift too many: ${drift}`),
  ];
}

const byCase = (table: string) => (schema: string) =>
  `SELECT case_key, t::text AS row FROM ${schema}.${table} t`;
const COMPARED: Readonly<Record<string, (schema: string) => string>> = {
  cases: (schema) => `SELECT key AS case_key, c::text AS row FROM ${schema}.cases c`,
  drifts: byCase('drifts'),
  // Those that the case still has: live folding leaves others behind.
  case_refs: (schema) =>
    `SELECT case_key, r::text AS row FROM ${schema}.case_refs r JOIN ${schema}.cases c ON c.key = r.case_key AND r.ref = ANY(c.refs)`,
  drift_events: byCase('drift_events'),
  case_facts: byCase('case_facts'),
  waits: byCase('waits'),
};
const TOLD = 4;

export interface Difference {
  what: string;
  caseKey: string;
}

/** Rebuilds beside the live generation and compares both row for row; answers what differs. */
export async function unlikeReplay(
  site: Site,
  onProgress?: (position: number, head: number) => void,
): Promise<Difference[]> {
  // A tick may come in between: then they end at different facts.
  for (let times = 0; times < 5; times++) {
    const id = await rebuilt(site, onProgress);
    try {
      const schema = schemaOf(id, 0);
      const { rows } = await site.pool.query<{ same: boolean }>(
        `SELECT (SELECT position FROM live.checkpoint) = (SELECT position FROM ${schema}.checkpoint) AS same`,
      );
      if (rows[0]?.same === true) return await differences(site.pool, schema);
    } finally {
      await site.door.call({ method: 'POST', path: `/v1/replays/${id}/discard` });
    }
  }
  return [{ what: 'five replays ended at other facts than the live generation', caseKey: '' }];
}

interface Replay {
  id: number;
  status: string;
  failure: string | null;
  progress: { position: number; head: number } | null;
}

async function rebuilt(
  { door }: Site,
  onProgress?: (position: number, head: number) => void,
): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  for (;;) {
    // Another one may be on its way.
    const asked = await door.call({ method: 'POST', path: '/v1/replays', headers, body: '{}' });
    if (asked.status !== 202) {
      if (asked.status !== 409 && asked.status !== 503)
        throw new Error(`a replay was refused: ${asked.text}`);
      await delay(500);
      continue;
    }
    const { id } = JSON.parse(asked.text) as Replay;
    for (;;) {
      const replay = await door.json<Replay>({ method: 'GET', path: `/v1/replays/${id}` });
      if (replay.progress) onProgress?.(replay.progress.position, replay.progress.head);
      if (replay.status === 'ready') return id;
      if (replay.status !== 'building')
        throw new Error(`the replay is ${replay.status}: ${replay.failure ?? ''}`);
      await delay(POLL_MS);
    }
  }
}

async function differences(pool: Pool, schema: string): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const [table, rows] of Object.entries(COMPARED)) {
    for (const [what, one, other] of [
      ['only live has', rows('live'), rows(schema)],
      ['only the replay has', rows(schema), rows('live')],
    ] as const) {
      const answer = await pool.query<{ case_key: string; row: string }>(
        `SELECT case_key, left(row, 1200) AS row FROM (${one} EXCEPT ALL ${other}) only_here ORDER BY row LIMIT ${TOLD}`,
      );
      for (const { case_key: caseKey, row } of answer.rows)
        found.push({ what: `${what} in ${table}: ${row}`, caseKey });
    }
  }
  return found;
}

const READS = [
  '/v1/drifts?status=all&limit=500',
  '/v1/clusters?limit=500',
  '/v1/quarantine?limit=500',
  '/v1/alerts?limit=500',
  '/v1/matches?limit=500',
  '/v1/digest',
  '/v1/sources',
  '/v1/imports',
  '/metrics',
];

/** What cannot be read any more, in each of the forms that it has. */
export async function unreadable({ door }: Site): Promise<string[]> {
  const wrong: string[] = [];
  for (const path of READS) {
    for (const accept of path.includes('limit=')
      ? ['application/json', 'text/csv', 'application/x-ndjson']
      : ['*/*']) {
      const { status, text } = await door.get(path, { accept });
      if (status !== 200) wrong.push(`GET ${path} as ${accept}: ${status} ${text.slice(0, 300)}`);
    }
  }
  return wrong;
}

/** All of it: what is wrong, nothing where all is well. */
export async function unsound(site: Site, flock: readonly Canaries[]): Promise<string[]> {
  const stopped = await settled(site);
  if (stopped !== null) return [stopped];
  const wrong: string[] = [];
  for (const each of flock) wrong.push(...(await silenced(site, each)));
  return [...wrong, ...(await unreadable(site)), ...(await unlikeReplay(site)).map(({ what }) => what)];
}
