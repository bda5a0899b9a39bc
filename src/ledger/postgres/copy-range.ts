import type { Pool, PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { addAbortSignal } from 'node:stream';
import { FactRows } from '../rows';

/**
 * What makes a range of positions come in order through the primary key, and never through a sort of the whole table as the
 * planner would have it before the first ANALYZE. A reader that is slower than the database is no reason to stop it.
 */
const SESSION = `BEGIN READ ONLY; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
  SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0`;

function literal(position: number): string {
  if (!Number.isSafeInteger(position)) throw new RangeError(`${position} is not a position`);
  return String(position);
}

/**
 * Streams the rows of `from < position <= to` in order, as many at a time as came over the wire. COPY takes no parameters,
 * so the two integers are written into the statement. The rows of one step are valid until the next.
 */
export async function* copyRange(
  client: PoolClient,
  table: { name: 'ledger.facts' | 'ledger.blocks'; order: 'position' | 'number'; columns: string },
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncGenerator<FactRows> {
  await client.query(SESSION);
  const stream = client.query(
    copyTo(
      `COPY (SELECT ${table.columns} FROM ${table.name} WHERE ${table.order} > ${literal(from)}
         AND ${table.order} <= ${literal(to)} ORDER BY ${table.order}) TO STDOUT (FORMAT binary)`,
    ),
  );
  if (signal) addAbortSignal(signal, stream);
  const rows = new FactRows(table.columns.split(',').length);
  for await (const chunk of stream) {
    rows.push(chunk as Buffer);
    yield rows;
  }
  await client.query('COMMIT');
}

/** Streams on a borrowed connection. */
export async function* withConnection<T>(
  pool: Pool,
  use: (client: PoolClient) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const { client, giveBack } = await borrow(pool);
  let finished = false;
  try {
    yield* use(client);
    finished = true;
  } finally {
    giveBack(finished);
  }
}

/**
 * A connection of the pool for streaming. One that was left half-way is closed, since the rest of its rows is still to come.
 * Its loss is an error of the statement under way, and of the connection itself: without a listener the latter would end
 * the process.
 */
export async function borrow(pool: Pool): Promise<{ client: PoolClient; giveBack(finished: boolean): void }> {
  const client = await pool.connect();
  let lost = false;
  const onError = (): void => {
    lost = true;
  };
  client.on('error', onError);
  return {
    client,
    giveBack(finished) {
      const sound = finished && !lost;
      if (sound) client.off('error', onError);
      client.release(!sound);
    },
  };
}
