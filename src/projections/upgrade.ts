/**
 * Code is a version, too: where this process would fold with other code, policy or sources than the live generation was made
 * with, that one is served, another is built beside it, what it changes is recorded, and it is promoted, or waits for a person.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Ledger } from '../ledger/port';
import type { Log } from '../platform/logging';
import { dropAbandoned, findAbandoned } from './abandoned';
import { diff } from './diff';
import { dropUnguarded } from './dropping';
import { assertUnattended, whyNotUnattended } from './four-eyes';
import { PATIENCE_MS } from './generation-locks';
import { GenerationRefused } from './generation-refused';
import { type Generation, liveGeneration } from './generations';
import { recordChanges } from './generation-progress';
import { isLedByOther } from './lease';
import type { OnPromoted } from './promotion';
import { build, promoteGeneration } from './rebuild';
import {
  type Made,
  type ProjectionSettings,
  changedSources,
  codeOf,
  fingerprint,
  madeByThisCode,
  madeOf,
  readMade,
} from './settings';

export interface UpgradeParts {
  /** Without a time limit for its statements. */
  pool: Pool;
  url?: string;
  ledger: Ledger;
  log: Log;
  /** What this process would make a generation with, where that one is live. */
  wanted: (made: Made) => ProjectionSettings;
  /** The projector's lease of this process. */
  holder: string;
  /** Called in the promotion's transaction. */
  onPromoted?: OnPromoted;
  signal?: AbortSignal;
}

/**
 * `current`: nothing to do. `promoted`: done. `waits`: built, and the policy in force asks for a person. `behind`: other code,
 * or another policy, has taken the place of this one before and is folded on by a replica that lives.
 */
export type Upgraded = 'current' | 'promoted' | 'waits' | 'behind';

/** One upgrade at a time, so that replicas that start together build once. */
const UPGRADER = 0x7a14;
const ASKS_EVERY_MS = 1_000;

export async function upgrade(parts: UpgradeParts): Promise<Upgraded> {
  const { pool, signal } = parts;
  for (;;) {
    signal?.throwIfAborted();
    const todo = await whatToDo(parts);
    if (typeof todo === 'string') return todo;
    const client = await pool.connect();
    const onError = () => undefined;
    client.on('error', onError);
    try {
      const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1, 0) AS free', [
        UPGRADER,
      ]);
      if (rows[0]?.free) return await bringUp(parts);
    } finally {
      client.off('error', onError);
      // With its session the lock goes.
      client.release(true);
    }
    await delay(ASKS_EVERY_MS, undefined, { signal });
  }
}

interface Todo {
  live: Generation;
  settings: ProjectionSettings;
  changed: string[];
}

async function whatToDo({ pool, wanted, holder }: UpgradeParts): Promise<Todo | 'current' | 'behind'> {
  const live = await liveGeneration(pool);
  if (!live) return 'current';
  const settings = wanted(live.made);
  const changed = changedSources(live.made.sources, settings);
  if (changed.length > 0) return { live, settings, changed };
  if (live.fingerprint === fingerprint(settings)) return 'current';
  const replaced = await wasReplaced(pool, live, settings);
  return replaced && (await isLedByOther(pool, holder)) ? 'behind' : { live, settings, changed };
}

/** Whether what this process would make was live before: then it is no news, and others may have replaced it on purpose. */
async function wasReplaced(pool: Pool, live: Generation, settings: ProjectionSettings): Promise<boolean> {
  const mine = fingerprint(settings);
  const pattern = madeByThisCode(live.fingerprint) ? mine : `${codeOf(mine)}-%`;
  const { rowCount } = await pool.query(
    'SELECT FROM app.generations WHERE promoted_at IS NOT NULL AND id <> $1 AND fingerprint LIKE $2 LIMIT 1',
    [live.id, pattern],
  );
  return rowCount === 1;
}

async function bringUp(parts: UpgradeParts): Promise<Upgraded> {
  const { pool, ledger, log, onPromoted, signal } = parts;
  // Whoever had the lock before may have done it.
  const todo = await whatToDo(parts);
  if (typeof todo === 'string') return todo;
  const { live, settings, changed } = todo;
  log.info(
    { generation: live.id, changed },
    'code, policy or sources changed: the live generation is served while another takes its place',
  );
  const generation = (await complete(pool, settings)) ?? (await built(parts, todo));
  const compared = { pool, ledger, settings, generation };
  await diff(compared).then(
    (changes) => recordChanges(pool, generation, changes),
    (error: unknown) => {
      // Live moves on too fast to be compared with, which is no reason to stay behind.
      if (!(error instanceof GenerationRefused)) throw error;
      log.warn({ err: error, generation }, 'what the new generation changes could not be recorded');
    },
  );
  const next = { made: madeOf(settings), fingerprint: fingerprint(settings) };
  const why = whyNotUnattended(live, next);
  if (why !== null || live.made.policy.promotion?.upgrades === 'by-person') {
    log.warn({ generation, why }, 'a new generation waits to be promoted, as the policy asks');
    return 'waits';
  }
  const position = await promoteGeneration({
    ...compared,
    onPromoted,
    signal,
    waitsMs: PATIENCE_MS,
    permit: assertUnattended,
  });
  log.info({ generation, position }, 'new generation is live');
  return 'promoted';
}

/** One that is whole already: built by a start before this one, or live before. */
async function complete(pool: Pool, settings: ProjectionSettings): Promise<number | null> {
  const { rows } = await pool.query<{ id: number; settings: string }>(
    `SELECT id, settings FROM app.generations
      WHERE fingerprint = $1 AND last_fact IS NULL AND (status = 'former' OR (status = 'ready' AND purpose = 'upgrade'))
      ORDER BY id DESC`,
    [fingerprint(settings)],
  );
  const fits = (row: { settings: string }) =>
    changedSources(readMade(row.settings).sources, settings).length === 0;
  return rows.find(fits)?.id ?? null;
}

/** What an earlier start has left half-built is begun anew, under its number; what it has built for other code makes room. */
async function built(parts: UpgradeParts, { settings, changed }: Todo): Promise<number> {
  const { pool, url, ledger, signal } = parts;
  await dropAbandoned(pool);
  const mine = fingerprint(settings);
  let again: number | undefined;
  for (const { id, fingerprint: theirs } of await findAbandoned(pool, 'upgrade')) {
    if (theirs === mine && again === undefined) again = id;
    else await dropUnguarded(pool, id, (_, { status }) => status === 'building');
  }
  const what = changed.length > 0 ? `sources changed: ${changed.join(', ')}` : 'code or policy changed';
  const reason = `at a start: ${what}`;
  const { generation } = await build({
    ...{ pool, url, ledger, settings, signal, again, reason },
    purpose: 'upgrade',
  });
  const { rows } = await pool.query<{ id: number }>(
    `SELECT id FROM app.generations WHERE status = 'ready' AND purpose = 'upgrade' AND id <> $1`,
    [generation],
  );
  for (const { id } of rows) await dropUnguarded(pool, id, (_, { status }) => status === 'ready');
  return generation;
}
