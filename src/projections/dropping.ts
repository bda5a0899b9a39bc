/** Generations that nobody wants any more: their tables and their rows go together, and never those of the live one. */
import type { ClientBase, Pool } from 'pg';
import { withTransaction } from '../platform/pools';
import { dropOf, isUnguarded, lockDecision, lockGuard, orBusy } from './generation-locks';
import { GenerationBusy, GenerationRefused } from './generation-refused';
import { schemaName } from './generation-schema';
import { type Generation, type GenerationStatus, findGeneration } from './generations';

/** Only while it has one of these; else throws `GenerationRefused`. With what only it is compared with. */
export async function dropGeneration(
  pool: Pool,
  id: number,
  only: readonly GenerationStatus[],
): Promise<void> {
  await dropLocked(pool, id, async (client) => {
    await lockGuard(client, id);
    await lockDecision(client);
    const found = await lockedGeneration(client, id);
    if (!found || !only.includes(found.status)) throw refusal(id, found, only);
    await dropIn(client, found);
  });
}

/** For its guard: whatever it is by now, unless it is live. */
export async function giveUpGeneration(pool: Pool, id: number, failure: string): Promise<void> {
  await dropLocked(pool, id, async (client) => {
    await lockDecision(client);
    const found = await lockedGeneration(client, id);
    if (found?.status === 'building' || found?.status === 'ready') await dropIn(client, found, failure);
  });
}

/** False where somebody works with it, or where it is no longer as `wanted` says: then it makes room another time. */
export async function dropUnguarded(
  pool: Pool,
  id: number,
  wanted: (client: ClientBase, found: Generation) => boolean | Promise<boolean>,
  failure?: string,
): Promise<boolean> {
  const drop = async (client: ClientBase) => {
    if (!(await isUnguarded(client, id))) return false;
    await lockDecision(client);
    const found = await lockedGeneration(client, id);
    if (!found || !(await wanted(client, found))) return false;
    await dropIn(client, found, failure);
    return true;
  };
  try {
    return await dropLocked(pool, id, drop);
  } catch (error) {
    if (error instanceof GenerationBusy) return false;
    throw error;
  }
}

/** Former generations that are kept to go back to. */
const KEPT = 2;
const OLD = `SELECT id FROM app.generations WHERE status = 'former' ORDER BY promoted_at DESC, id DESC OFFSET ${KEPT}`;

/** Drops former generations but for the last that were live. */
export async function dropOld(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ id: number }>(OLD);
  for (const { id } of rows) {
    // It may have been live again since it was found.
    await dropUnguarded(pool, id, async (client) => {
      const { rows: old } = await client.query<{ id: number }>(OLD);
      return old.some((each) => each.id === id);
    });
  }
}

/** In the transaction of whoever has decided, with what only it is compared with. */
export async function dropIn(client: ClientBase, found: Generation, failure?: string): Promise<void> {
  // The live one bears a name that is not its own, and stays.
  if (found.status === 'live' || found.status === 'dropped') return;
  await client.query(`DROP SCHEMA IF EXISTS ${schemaName(found.schema)} CASCADE`);
  await client.query(
    `UPDATE app.generations SET status = 'dropped', failure = coalesce(failure, $2) WHERE id = $1`,
    [found.id, failure ?? null],
  );
  const basis = found.comparedWith === null ? null : await lockedGeneration(client, found.comparedWith);
  if (basis) await dropIn(client, basis);
}

/** As it is, and as it stays until the transaction ends. */
export async function lockedGeneration(client: ClientBase, id: number): Promise<Generation | null> {
  await client.query('SELECT FROM app.generations WHERE id = $1 FOR UPDATE', [id]);
  return findGeneration(client, id);
}

function dropLocked<T>(pool: Pool, id: number, work: (client: ClientBase) => Promise<T>): Promise<T> {
  return orBusy(pool, dropOf(id), () => withTransaction(pool, work));
}

function refusal(id: number, found: Generation | null, only: readonly GenerationStatus[]): GenerationRefused {
  if (!found) return new GenerationRefused(`there is no generation ${id}`);
  return new GenerationRefused(
    `generation ${id} is ${found.status}: only one that is ${only.join(' or ')} can be dropped`,
  );
}
