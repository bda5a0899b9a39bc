/** Two generations as of one position, for as long as somebody reads them. */
import type { Pool, PoolClient } from 'pg';
import type { Ledger } from '../../ledger/port';
import { CatchUp } from '../catch-up';
import { guardBuild, keepNames, leave } from '../generation-locks';
import { GenerationRefused } from '../generation-refused';
import { type Generation, completeGeneration, lastFormer, positionOf } from '../generations';
import { LIVE, schemaName } from '../generation-schema';
import { type ProjectionSettings, madeByThisCode, madeSettings } from '../settings';

export interface DiffParts {
  pool: Pool;
  ledger: Ledger;
  settings: ProjectionSettings;
  generation: number;
}

/** Names of schemas as they are in the snapshot that `client` reads; both have folded up to `position`. */
export interface Sides {
  client: PoolClient;
  before: string;
  after: string;
  position: number;
}

/** Live moves on while the other is caught up: so often is that tried again. */
const TRIES = 5;

/**
 * Compares the live generation with one that could take its place; or, asked of the live one, the one that it replaced with it;
 * or what was in force up to a fact with a draft that ends at it. The other is caught up to live where it is behind. Throws `GenerationRefused` where there is nothing to compare, or where live
 * moves faster than that.
 */
export async function compared<T>(parts: DiffParts, compare: (sides: Sides) => Promise<T>): Promise<T> {
  const { pool, generation: id } = parts;
  const asked = await completeGeneration(pool, id);
  if (asked.lastFact !== null) return asOfLastFact(pool, asked, asked.lastFact, compare);
  if (asked.status !== 'live')
    return asOfOnePosition(parts, id, (client, schema, position) =>
      compare({ client, before: LIVE, after: schema, position }),
    );
  const replaced = await lastFormer(pool);
  if (!replaced)
    throw new GenerationRefused(
      `generation ${id} is the live one, and none that it replaced is kept: there is nothing to compare it with`,
    );
  return asOfOnePosition(parts, replaced.id, async (client, schema, position) => {
    const { rows } = await client.query<{ generation: number }>(`SELECT generation FROM ${LIVE}.checkpoint`);
    if (rows[0]?.generation !== id)
      throw new GenerationRefused(`another generation took the place of ${id} meanwhile: ask again`);
    return compare({ client, before: schema, after: LIVE, position });
  });
}

/** Both end at one fact, for ever: nothing is caught up. */
async function asOfLastFact<T>(
  pool: Pool,
  { id, comparedWith }: Generation,
  position: number,
  compare: (sides: Sides) => Promise<T>,
): Promise<T> {
  if (comparedWith === null)
    throw new GenerationRefused(
      `generation ${id} is what was in force up to fact ${position}: the draft beside it is compared with it`,
    );
  return inSnapshot(pool, async (client) => {
    // Either may have been dropped since.
    const [basis, draft] = [
      await completeGeneration(client, comparedWith),
      await completeGeneration(client, id),
    ];
    return compare({ client, before: schemaName(basis.schema), after: schemaName(draft.schema), position });
  });
}

async function asOfOnePosition<T>(
  { pool, ledger, settings }: DiffParts,
  id: number,
  read: (client: PoolClient, schema: string, position: number) => Promise<T>,
): Promise<T> {
  const ifLevel = () =>
    inSnapshot(pool, async (client) => {
      const schema = schemaName((await beside(client, id)).schema);
      const [now, other] = [await positionOf(client, LIVE), await positionOf(client, schema)];
      return now === other ? { value: await read(client, schema, now) } : null;
    });
  const level = await ifLevel();
  if (level) return level.value;
  const guard = await guardBuild(pool, id);
  let folds: boolean;
  try {
    const { schema, made, fingerprint } = await beside(pool, id);
    folds = madeByThisCode(fingerprint);
    const catchUp = folds
      ? await CatchUp.open({ ledger, pool, settings: madeSettings(made, settings), schema })
      : null;
    for (let tried = 0; tried < TRIES; tried++) {
      // No further than live: a service that folds has its own pace, and one that does not run has none.
      await catchUp?.exactlyTo(await positionOf(pool, LIVE));
      const result = await ifLevel();
      if (result) return result.value;
    }
  } finally {
    await guard.release();
  }
  throw new GenerationRefused(
    `generation ${id} is not where live is, which has moved on: ` +
      (folds
        ? 'ask again when less arrives'
        : 'another version made it, so it cannot be caught up: build it anew'),
  );
}

/** Read where it keeps its name. It may have been promoted or dropped since it was found. */
async function beside(db: Pool | PoolClient, id: number): Promise<Generation> {
  const found = await completeGeneration(db, id);
  if (found.status === 'live')
    throw new GenerationRefused(`generation ${id} took the live one's place meanwhile: ask again`);
  return found;
}

/** No generation is promoted or dropped meanwhile. */
export async function inSnapshot<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    // A promotion renames what the later statements of a snapshot read.
    await keepNames(pool, client);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await work(client);
  } finally {
    await leave(client);
  }
}
