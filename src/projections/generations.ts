/** Which generations there are, which one is live, and the instant in which another takes its place. */
import type { ClientBase, Pool } from 'pg';
import { withTransaction } from '../platform/pools';
import { PATIENCE_MS, lockNames, orBusy, promotion } from './generation-locks';
import { GenerationRefused } from './generation-refused';
import { LIVE, createIndexes, createTables, schemaName, schemaOf } from './generation-schema';
import { type Made, type ProjectionSettings, fingerprint, madeOf, readMade } from './settings';

export type GenerationStatus = 'building' | 'ready' | 'live' | 'former' | 'dropped';

/**
 * `draft` waits to be promoted and is begun anew when its builder dies; `upgrade` is built by a start whose code, policy or
 * sources are others; `rebuild` is promoted by its builder; a `basis` is what a draft that ends at a fact is compared with.
 */
export type Purpose = 'draft' | 'upgrade' | 'rebuild' | 'basis';

export interface Generation {
  id: number;
  schema: string;
  fingerprint: string;
  made: Made;
  status: GenerationStatus;
  /** Why it was built, in the words of who built it. */
  reason: string | null;
  /** The actor who asked for it over HTTP; null where it was built by the command line or by a start. */
  requestedBy: string | null;
  progress: BuildProgress | null;
  /** Why it was given up. */
  failure: string | null;
  purpose: Purpose;
  /** The last fact in it, where it shall go no further: such a one is never promoted. */
  lastFact: number | null;
  /** The generation that it is compared with; null for the live one. */
  comparedWith: number | null;
  /** Each time that its builder ended before it was complete, and another began anew. */
  interruptions: readonly Interruption[];
  createdAt: Date;
  promotedAt: Date | null;
}

export interface BuildProgress {
  phase: string;
  position: number;
  head: number;
  /** Its builder was asked to end, and leaves it to the next. */
  stopped?: true;
}

/** Its builder was here when it ended, and another began anew. */
export interface Interruption {
  /** When that was found. */
  at: string;
  why: 'died' | 'stopped';
  phase: string;
  position: number;
  head: number;
}

/** The live generation moved on, or was replaced, since it was read: what was folded on it is dropped and read anew. */
export class CheckpointMoved extends Error {
  readonly code = 'checkpoint-moved';
}

interface Row {
  id: number;
  schema_name: string;
  fingerprint: string;
  settings: string;
  status: GenerationStatus;
  reason: string | null;
  requested_by: string | null;
  progress: string | null;
  failure: string | null;
  purpose: Purpose;
  last_fact: number | null;
  compared_with: number | null;
  interruptions: string;
  created_at: Date;
  promoted_at: Date | null;
}

const SELECT = `SELECT id, schema_name, fingerprint, settings, status, reason, requested_by, progress, failure, purpose,
  last_fact, compared_with, interruptions, created_at, promoted_at FROM app.generations`;

function generation(row: Row): Generation {
  const { id, schema_name: schema, fingerprint: print, settings, status, reason, failure } = row;
  return {
    id,
    schema,
    fingerprint: print,
    made: readMade(settings),
    status,
    reason,
    requestedBy: row.requested_by,
    progress: row.progress === null ? null : (JSON.parse(row.progress) as BuildProgress),
    failure,
    purpose: row.purpose,
    lastFact: row.last_fact,
    comparedWith: row.compared_with,
    interruptions: JSON.parse(row.interruptions) as Interruption[],
    createdAt: row.created_at,
    promotedAt: row.promoted_at,
  };
}

export async function findGeneration(db: Pool | ClientBase, id: number): Promise<Generation | null> {
  const { rows } = await db.query<Row>(`${SELECT} WHERE id = $1`, [id]);
  return rows[0] ? generation(rows[0]) : null;
}

export async function liveGeneration(db: Pool | ClientBase): Promise<Generation | null> {
  const { rows } = await db.query<Row>(`${SELECT} WHERE status = 'live'`);
  return rows[0] ? generation(rows[0]) : null;
}

/** Which one is live, without what it was made with, which may have megabytes. */
export async function liveVersion(
  db: Pool | ClientBase,
): Promise<Pick<Generation, 'id' | 'fingerprint'> | null> {
  const { rows } = await db.query<Pick<Generation, 'id' | 'fingerprint'>>(
    `SELECT id, fingerprint FROM app.generations WHERE status = 'live'`,
  );
  return rows[0] ?? null;
}

/** All that are there, the newest first. */
export async function listGenerations(db: Pool | ClientBase): Promise<Generation[]> {
  const { rows } = await db.query<Row>(`${SELECT} WHERE status <> 'dropped' ORDER BY id DESC`);
  return rows.map(generation);
}

/** The one that was live before; null where none is kept. */
export async function lastFormer(db: Pool | ClientBase): Promise<Generation | null> {
  const { rows } = await db.query<Row>(
    `${SELECT} WHERE status = 'former' ORDER BY promoted_at DESC, id DESC LIMIT 1`,
  );
  return rows[0] ? generation(rows[0]) : null;
}

/** Throws `GenerationRefused` where there is none of that number, or where its tables are gone or not complete. */
export async function completeGeneration(db: Pool | ClientBase, id: number): Promise<Generation> {
  const found = await findGeneration(db, id);
  if (!found)
    throw new GenerationRefused(`there is no generation ${id}; \`tallystick generations list\` shows them`);
  if (found.status === 'building')
    throw new GenerationRefused(`generation ${id} is still being built, or its builder died: build it anew`);
  if (found.status === 'dropped')
    throw new GenerationRefused(`generation ${id} was dropped: build it anew by \`tallystick replay\``);
  return found;
}

/** Throws `GenerationRefused` where it cannot take the live one's place, whatever the ledger holds. */
export async function promotable(db: Pool | ClientBase, id: number): Promise<Generation> {
  const found = await completeGeneration(db, id);
  if (found.status === 'live') throw new GenerationRefused(`generation ${id} is live already`);
  if (found.lastFact !== null)
    throw new GenerationRefused(
      `generation ${id} ends at fact ${found.lastFact}, and what came after is not in it: it shows what would have been, ` +
        'and cannot be put in force; replay without an end to get one that can',
    );
  return found;
}

/** The first start has nothing to rebuild: an empty generation at position 0 is live at once. */
export async function ensureLive(pool: Pool, settings: ProjectionSettings): Promise<Generation> {
  const known = await liveGeneration(pool);
  if (known) return known;
  return withTransaction(pool, async (client) => {
    await client.query('LOCK TABLE app.generations IN EXCLUSIVE MODE');
    const raced = await liveGeneration(client);
    if (raced) return raced;
    const id = await register(client, settings, 'live', LIVE);
    await client.query([createTables(LIVE), ...createIndexes(LIVE)].join(';'));
    await client.query(`INSERT INTO ${LIVE}.checkpoint VALUES ($1, 0, 'epoch')`, [id]);
    const created = await liveGeneration(client);
    if (!created) throw new Error('the live generation was not created');
    return created;
  });
}

/** Why a generation is built, and who asked for it. */
export interface Request {
  reason?: string | null;
  requestedBy?: string | null;
  /** `rebuild` unless said. */
  purpose?: Purpose;
  lastFact?: number | null;
  /** A number that was reserved; the next one unless given. */
  id?: number;
}

/** The number that a generation will have: so its builder is known before it is. */
export async function reserveGeneration(db: Pool): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `SELECT nextval(pg_get_serial_sequence('app.generations', 'id')) AS id`,
  );
  if (!rows[0]) throw new Error('no number was reserved');
  return rows[0].id;
}

export async function beginGeneration(
  pool: Pool,
  settings: ProjectionSettings,
  request: Request = {},
): Promise<{ id: number; schema: string }> {
  return withTransaction(pool, async (client) => {
    const id = await register(client, settings, 'building', '', request);
    const schema = schemaOf(id, 0);
    await client.query('UPDATE app.generations SET schema_name = $2 WHERE id = $1', [id, schema]);
    await makeEmpty(client, id, schema);
    return { id, schema };
  });
}

/** Tables without a row, and without the indexes that are made after loading. */
export async function makeEmpty(client: ClientBase, id: number, schema: string): Promise<void> {
  await client.query(createTables(schema));
  await client.query(`INSERT INTO ${schemaName(schema)}.checkpoint VALUES ($1, 0, 'epoch')`, [id]);
}

async function register(
  client: ClientBase,
  settings: ProjectionSettings,
  status: string,
  schema: string,
  { reason = null, requestedBy = null, purpose = 'rebuild', lastFact = null, id: reserved }: Request = {},
): Promise<number> {
  const made = JSON.stringify(madeOf(settings));
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO app.generations (id, schema_name, fingerprint, settings, status, reason, requested_by, purpose, last_fact, promoted_at)
     OVERRIDING SYSTEM VALUE
     VALUES (coalesce($9, nextval(pg_get_serial_sequence('app.generations', 'id'))), $1, $2, $3, $4, $5, $6, $7, $8,
             CASE WHEN $4 = 'live' THEN now() END) RETURNING id`,
    [schema, fingerprint(settings), made, status, reason, requestedBy, purpose, lastFact, reserved ?? null],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('no generation was registered');
  return id;
}

export async function setCheckpoint(
  db: Pool | ClientBase,
  schema: string,
  { position, instant }: { position: number; instant: number },
): Promise<void> {
  await db.query(`UPDATE ${schemaName(schema)}.checkpoint SET position = $1, instant = $2`, [
    position,
    new Date(instant).toISOString(),
  ]);
}

/** What a generation has folded. */
export async function positionOf(db: Pool | ClientBase, schema: string): Promise<number> {
  const { rows } = await db.query<{ position: number }>(
    `SELECT position FROM ${schemaName(schema)}.checkpoint`,
  );
  return rows[0]?.position ?? 0;
}

/**
 * Throws when another has moved the checkpoint: zero rows is never success. An update that waited for a promotion finds its row
 * as it was, in the table that bears another name by then, so the name is asked once more: what follows would be written there.
 */
export async function moveCheckpoint(
  client: ClientBase,
  schema: string,
  generation: number,
  from: number,
  to: { position: number; instant: number },
): Promise<void> {
  const moved = await client.query(
    `UPDATE ${schemaName(schema)}.checkpoint SET position = $3, instant = $4 WHERE generation = $1 AND position = $2`,
    [generation, from, to.position, new Date(to.instant).toISOString()],
  );
  const named = await client.query(
    `SELECT FROM ${schemaName(schema)}.checkpoint WHERE generation = $1 AND position = $2`,
    [generation, to.position],
  );
  if (moved.rowCount !== 1 || named.rowCount !== 1)
    throw new CheckpointMoved(`generation ${generation} is no longer at position ${from}`);
}

/** The live generation and the one that takes its place. */
export interface Succession {
  live: Generation;
  next: Generation;
}

export interface PromotionSteps {
  /** Throws where it may not be: nothing else is promoted between this and the promotion. */
  permit?: (succession: Succession) => void;
  /** Folds what is left. */
  catchUp: (client: ClientBase, upTo: number) => Promise<void>;
  /** Both are as of one position, and bear the names yet that they had. */
  tell?: (client: ClientBase, succession: Succession) => Promise<void>;
  /** For its locks; then rejects with `GenerationBusy`. */
  waitsMs?: number;
}

/**
 * In one transaction: the live generation's checkpoint is locked, so live folding waits; `catchUp` folds what is left; the
 * schemas change names. Readers see the old or the new generation, never a half: a statement resolves its tables once.
 */
export async function promote(
  pool: Pool,
  id: number,
  { permit, catchUp, tell, waitsMs = PATIENCE_MS }: PromotionSteps,
): Promise<void> {
  const swap = async (client: ClientBase) => {
    // Which generation is live is read when no other promotion is under way.
    await lockNames(client, waitsMs);
    await client.query(
      `SELECT FROM app.generations WHERE id = $1 OR status = 'live' ORDER BY id FOR UPDATE`,
      [id],
    );
    const live = await liveGeneration(client);
    if (!live) throw new Error('there is no live generation to replace');
    // It may have been promoted or dropped while this one waited.
    const next = await promotable(client, id);
    permit?.({ live, next });
    const { rows } = await client.query<{ position: number }>(
      `SELECT position FROM ${LIVE}.checkpoint FOR UPDATE`,
    );
    await catchUp(client, rows[0]?.position ?? 0);
    await tell?.(client, { live, next });
    const former = schemaName(`former_${live.id}`);
    await client.query(`ALTER SCHEMA ${LIVE} RENAME TO ${former}`);
    await client.query(`ALTER SCHEMA ${schemaName(next.schema)} RENAME TO ${LIVE}`);
    await client.query(`UPDATE app.generations SET status = 'former', schema_name = $2 WHERE id = $1`, [
      live.id,
      former,
    ]);
    await client.query(
      `UPDATE app.generations SET status = 'live', schema_name = $2, promoted_at = now() WHERE id = $1`,
      [id, LIVE],
    );
  };
  await orBusy(pool, promotion, () => withTransaction(pool, swap));
}
