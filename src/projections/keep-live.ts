/** Keeping the live generation in its place while somebody reads it. */
import type { ClientBase } from 'pg';

/** Held by whoever builds a generation, as long as he lives: a session's lock, which a killed process loses at once. */
export const BUILDER = 0x7a11;

/** Until `letLiveGo` no other generation takes the live one's place: promotions wait. */
export async function keepLive(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_lock_shared($1, 0)', [BUILDER]);
}

/** Ends the transaction, too. */
export async function letLiveGo(client: ClientBase): Promise<void> {
  await client.query('ROLLBACK');
  await client.query('SELECT pg_advisory_unlock_shared($1, 0)', [BUILDER]);
}
