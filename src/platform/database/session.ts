import type { Client } from 'pg';

/** Poolers keep several connections to the server; each other client below takes one of them while it asks. */
const OTHERS = 5;

/**
 * Whether a connection stays with one session of the server. The process that answers is the one that greeted, unless a pooler
 * stands between; and of a pooler that lends connections by the transaction, another client gets the same process, or this
 * one gets another while others are in their transactions.
 */
export async function keepsSessions(client: Client, another: () => Client): Promise<boolean> {
  const own = await processOf(client);
  if (own === greetedBy(client)) return true;
  const others: Client[] = [];
  try {
    for (let count = 0; count < OTHERS; count++) {
      const other = another();
      others.push(other);
      await other.connect();
      await other.query('BEGIN');
      if ((await processOf(other)) === own || (await processOf(client)) !== own) return false;
    }
    return true;
  } finally {
    await Promise.all(others.map((each) => each.end().catch(() => undefined)));
  }
}

async function processOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** pg keeps what the server said at the greeting, but its types do not tell. */
function greetedBy(client: Client): number | null {
  const { processID } = client as Client & { processID?: number | null };
  return processID ?? null;
}
