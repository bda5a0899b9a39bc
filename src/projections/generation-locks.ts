/**
 * The locks of generations. All are of the database, so they hold among processes, and all are taken in one order, so nobody
 * ever waits in a circle, on however many connections he holds them:
 *
 * 1. the guard of a generation: who builds, catches up, promotes or drops it. Of a second one, only a greater number is waited for.
 * 2. the decision: one promotion or drop at a time, with what a promotion counts ahead of it.
 * 3. the names: shared by who reads two generations, exclusive for who renames or drops a schema.
 * 4. rows of `app.generations`, the live checkpoint, tables.
 *
 * What was read before a lock is read again under it. Each wait has an end, which says who holds what is waited for.
 */
import type { ClientBase, Pool, PoolClient } from 'pg';
import { errorCode } from '../platform/database/errors';
import { GenerationBusy } from './generation-refused';
import { type Waited, busyText } from './lock-holders';

/** With a generation's number its guard, a session's lock, which a killed process loses at once; with 0 the names. */
const BUILDER = 0x7a11;
const DECISION = 0x7a15;

const guardOf = (id: number): Waited => ({ locks: [[BUILDER, id]] });
const decision: Waited = { locks: [[DECISION, 0]] };
const names: Waited = { locks: [[BUILDER, 0]] };

/** What a person waits for another's work. */
export const WAITS_MS = 10_000;
/** A start, and who has built for hours, has nobody who could ask once more. */
export const PATIENCE_MS = 60_000;

const LOCK_NOT_AVAILABLE = '55P03';

/** A generation is this session's to build, catch up, promote or drop. */
export interface Guard {
  /** From here to the release no other promotion or drop is under way. Rejects with `GenerationBusy`. */
  decide(): Promise<void>;
  release(): Promise<void>;
}

export interface GuardOptions {
  /** Told when the session is gone and with it the lock: somebody else may take the generation over from then on. */
  onLost?: (error: Error) => void;
  waitsMs?: number;
}

/** Rejects with `GenerationBusy`. */
export async function guardBuild(
  pool: Pool,
  id: number,
  { onLost = () => undefined, waitsMs = WAITS_MS }: GuardOptions = {},
): Promise<Guard> {
  const client = await pool.connect();
  // Without a listener the loss of a connection in use ends the process.
  client.on('error', onLost);
  const release = async () => {
    const failed = await unlocked(client);
    client.off('error', onLost);
    client.release(failed);
  };
  try {
    await lockSession(pool, client, {
      lock: `pg_advisory_lock(${BUILDER}, ${id})`,
      waitsMs,
      of: guardOf(id),
    });
  } catch (error) {
    await release();
    throw error;
  }
  const decide = () =>
    lockSession(pool, client, { lock: `pg_advisory_lock(${DECISION}, 0)`, waitsMs, of: decision });
  return { decide, release };
}

/** Whether nobody builds, compares, promotes or drops it; then nobody else does until the transaction ends. */
export async function isUnguarded(client: ClientBase, id: number): Promise<boolean> {
  const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1, $2) AS free', [
    BUILDER,
    id,
  ]);
  return rows[0]?.free === true;
}

/** What whoever drops a generation waits for, for `orBusy`. */
export function dropOf(id: number): Waited {
  const tables = `^(gen_${id}(_[0-9]+)?|former_${id})$`;
  return { locks: [[BUILDER, id], ...decision.locks, ...names.locks], tables };
}

/** What whoever holds a decision waits for to promote. */
export const promotion: Waited = { ...names, tables: '^live$', writers: true };

/** The guard, until the transaction ends, whose later waits end as well. */
export async function lockGuard(client: ClientBase, id: number): Promise<void> {
  await waitAtMost(client, WAITS_MS);
  await client.query('SELECT pg_advisory_xact_lock($1, $2)', [BUILDER, id]);
}

/** Decision and names, until the transaction ends, whose later waits end as well. */
export async function lockDecision(client: ClientBase): Promise<void> {
  await waitAtMost(client, WAITS_MS);
  await client.query('SELECT pg_advisory_xact_lock($1, 0)', [DECISION]);
  await client.query('SELECT pg_advisory_xact_lock($1, 0)', [BUILDER]);
}

/** Names, for who has decided, until the transaction ends, whose later waits end as well. */
export async function lockNames(client: ClientBase, waitsMs: number): Promise<void> {
  await waitAtMost(client, waitsMs);
  await client.query('SELECT pg_advisory_xact_lock($1, 0)', [BUILDER]);
}

/** Until `letNamesGo` no schema is renamed or dropped. Rejects with `GenerationBusy`. */
export async function keepNames(pool: Pool, client: ClientBase): Promise<void> {
  const lock = `pg_advisory_lock_shared(${BUILDER}, 0)`;
  await lockSession(pool, client, { lock, waitsMs: WAITS_MS, of: names });
}

/** The transaction, where one is open, goes on. */
export async function letNamesGo(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_unlock_shared($1, 0)', [BUILDER]);
}

/** Gives a connection back that has only read: nothing is kept of its transaction, nor of its locks. */
export async function leave(client: PoolClient): Promise<void> {
  const broken = await client.query('ROLLBACK').then(
    () => unlocked(client),
    (error: unknown) => error as Error,
  );
  client.release(broken);
}

/** Rejects with `GenerationBusy`, which says who holds it, where `work` has waited in vain. */
export async function orBusy<T>(pool: Pool, waited: Waited, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (errorCode(error) !== LOCK_NOT_AVAILABLE) throw error;
    throw new GenerationBusy(await busyText(pool, waited), { cause: error });
  }
}

interface SessionLock {
  lock: string;
  waitsMs: number;
  of: Waited;
}

/** In one implicit transaction: where the wait ends without the lock, the setting is as before, too. */
async function lockSession(
  pool: Pool,
  client: ClientBase,
  { lock, waitsMs, of }: SessionLock,
): Promise<void> {
  const sql = `SET lock_timeout = ${waitsMs}; SELECT ${lock}; RESET lock_timeout`;
  await orBusy(pool, of, () => client.query(sql));
}

async function waitAtMost(client: ClientBase, ms: number): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = ${ms}`);
}

async function unlocked(client: ClientBase): Promise<Error | boolean | undefined> {
  return client.query('SELECT pg_advisory_unlock_all()').then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : true),
  );
}
