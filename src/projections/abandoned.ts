/** Generations whose builder died: what is half built is never folded on, since what was folded was in memory. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientBase, Pool } from 'pg';
import { withTransaction } from '../platform/pools';
import { schemaOf } from './generation-schema';
import { dropGeneration, dropIn, dropUnguarded, lockedGeneration } from './dropping';
import { dropOf, isUnguarded, lockDecision, orBusy } from './generation-locks';
import { NOT_WANTED, setFailure } from './generation-progress';
import { GenerationRefused } from './generation-refused';
import {
  type BuildProgress,
  type Generation,
  type Interruption,
  type Purpose,
  findGeneration,
  makeEmpty,
} from './generations';
import { type ProjectionSettings, fingerprint } from './settings';

/** One whose builders died so often is given up: it may be what kills them. */
export const MOST_BUILDERS = 3;

/** Half-built ones of a purpose that nobody builds any more, the oldest first. */
export async function findAbandoned(pool: Pool, purpose: Purpose): Promise<Generation[]> {
  const { rows } = await pool.query<{ id: number }>(
    `SELECT id FROM app.generations WHERE status = 'building' AND purpose = $1 ORDER BY id`,
    [purpose],
  );
  const found: Generation[] = [];
  for (const { id } of rows) {
    const left = await withTransaction(pool, async (client) =>
      (await isUnguarded(client, id)) ? findGeneration(client, id) : null,
    );
    if (left?.status === 'building') found.push(left);
  }
  return found;
}

/** Whatever its builder would have promoted himself, and what only a draft that is gone was compared with. */
const LEFT_OVER = `
  SELECT id FROM app.generations g
   WHERE (purpose = 'rebuild' AND status IN ('building', 'ready'))
      OR (purpose = 'basis' AND status = 'building')
      OR (purpose = 'basis' AND status = 'ready'
          AND NOT EXISTS (SELECT FROM app.generations d WHERE d.compared_with = g.id AND d.status IN ('building', 'ready')))`;

/**
 * Drops what builders left behind that were killed, and nobody waits for; what somebody works with is left to the next who comes.
 * Returns the generations' numbers.
 */
export async function dropAbandoned(pool: Pool): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(`${LEFT_OVER} ORDER BY id`);
  const dropped: number[] = [];
  for (const { id } of rows) {
    // It may have been promoted since it was found.
    const still = async (client: ClientBase) =>
      (await client.query(`SELECT FROM (${LEFT_OVER}) left_over WHERE id = $1`, [id])).rowCount === 1;
    if (await dropUnguarded(pool, id, still, 'its builder died')) dropped.push(id);
  }
  return dropped;
}

/** Its builder looks at every half second and at the end, so this is soon enough. */
const STOPS_WITHIN_MS = 15_000;
const ASKS_EVERY_MS = 50;

/** Has whoever builds it stop, or drops it where nobody does, or where it is complete. Throws `GenerationRefused` where it is live. */
export async function discardElsewhere(pool: Pool, id: number): Promise<void> {
  if (!(await setFailure(pool, id, NOT_WANTED))) return dropGeneration(pool, id, ['ready']);
  const ends = performance.now() + STOPS_WITHIN_MS;
  for (;;) {
    if ((await findGeneration(pool, id))?.status === 'dropped') return;
    if (await dropUnguarded(pool, id, (_, { status }) => status === 'building')) return;
    if (performance.now() > ends)
      throw new GenerationRefused(`generation ${id} will be dropped as soon as its builder comes to it`);
    await delay(ASKS_EVERY_MS);
  }
}

/**
 * Empty again, and made with `settings` from now on; how far it was stays beside it. Only its guard may call this. Answers how
 * often it was interrupted.
 */
export async function beginAnew(
  pool: Pool,
  id: number,
  settings: ProjectionSettings,
): Promise<{ schema: string; interruptions: number }> {
  const begin = async (client: ClientBase) => {
    await lockDecision(client);
    const left = await lockedGeneration(client, id);
    // Whoever was here first may have finished it, or somebody has discarded it.
    if (left?.status !== 'building' || left.failure !== null) throw new GenerationRefused(NOT_WANTED);
    const interruptions = [...left.interruptions, interruption(left.progress)];
    await client.query(`DROP SCHEMA IF EXISTS ${left.schema} CASCADE`);
    const basis = left.comparedWith === null ? null : await lockedGeneration(client, left.comparedWith);
    if (basis) await dropIn(client, basis);
    const schema = schemaOf(id, interruptions.length);
    await makeEmpty(client, id, schema);
    await client.query(
      `UPDATE app.generations SET schema_name = $4, fingerprint = $2, progress = NULL, compared_with = NULL, interruptions = $3 WHERE id = $1`,
      [id, fingerprint(settings), JSON.stringify(interruptions), schema],
    );
    return { schema, interruptions: interruptions.length };
  };
  return orBusy(pool, dropOf(id), () => withTransaction(pool, begin));
}

function interruption(progress: BuildProgress | null): Interruption {
  const { phase, position, head, stopped } = progress ?? { phase: 'folding', position: 0, head: 0 };
  const why = stopped ? 'stopped' : 'died';
  return { at: new Date().toISOString(), why, phase, position, head };
}
