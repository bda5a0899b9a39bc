/** Keeping the live generation in its place while somebody reads it. */
import type { ClientBase, PoolClient } from 'pg';

/** Held by whoever builds a generation, as long as he lives: a session's lock, which a killed process loses at once. */
export const BUILDER = 0x7a11;

/** Until `letLiveGo` no other generation takes the live one's place: promotions wait. */
export async function keepLive(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_lock_shared($1, 0)', [BUILDER]);
}

/** The transaction, where one is open, goes on. */
export async function letLiveGo(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_unlock_shared($1, 0)', [BUILDER]);
}

/** Gives a connection back that has only read: nothing is kept of its transaction, nor of its locks. */
export async function leave(client: PoolClient): Promise<void> {
  const broken = await client
    .query('ROLLBACK')
    .then(() => client.query('SELECT pg_advisory_unlock_all()'))
    .then(
      () => undefined,
      (error: unknown) => error as Error,
    );
  client.release(broken);
}
