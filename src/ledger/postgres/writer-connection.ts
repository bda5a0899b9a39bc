import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import type { LedgerLogger } from './logger';

const CONNECT_TIMEOUT_MS = 5_000;
/**
 * Nobody waits longer than 10 s. The server gives up before the client does, so that a slow statement is an answer and not a
 * lost connection, and so that a writer that cannot be reached any more gives up the head lock.
 */
const STATEMENT_TIMEOUT_MS = 9_000;
const QUERY_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * Repeats must be looked up through the index, whatever the planner knew of the table when it was empty: with these
 * settings a cached plan stays right as the table grows, and planning is not paid again for every block. A writer that
 * dies with the head lock loses it after `idle_in_transaction_session_timeout`.
 */
const SESSION = `
  SET plan_cache_mode = auto; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
  SET default_transaction_isolation = 'read committed';
  SET idle_in_transaction_session_timeout = '10s';
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')`;

/** The one connection on which this process writes. It is opened when needed, and again after it was lost. */
export class WriterConnection {
  private client: Client | null = null;
  private opening: Client | null = null;

  constructor(
    private readonly config: ClientConfig,
    private readonly logger: LedgerLogger,
    /** The stream that these facts are a copy of: the database takes them from nobody who does not say so. */
    private readonly stream = '',
  ) {}

  /** The open connection, or a new one. Rejects when the server cannot be reached. */
  async get(): Promise<Client> {
    if (this.client) return this.client;
    const client = new Client({
      ...this.config,
      application_name: 'tallystick ledger writer',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    client.on('error', (error) => {
      this.logger.warn({ err: error }, 'the connection of the ledger writer was lost');
      if (this.client === client) this.client = null;
    });
    this.opening = client;
    try {
      await client.connect();
      await client.query(SESSION);
      if (this.stream) await client.query("SELECT set_config('tallystick.stream', $1, false)", [this.stream]);
    } catch (error) {
      await abandon(client);
      throw error;
    } finally {
      this.opening = null;
    }
    this.client = client;
    return client;
  }

  /** Gives the connection up without waiting for the server; what was under way on it has an unknown outcome. */
  drop(): void {
    const { client, opening } = this;
    this.client = null;
    if (client) void abandon(client);
    // Not ended: `connect` of a client that was told to end answers nothing more.
    opening?.connection.stream.destroy();
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = null;
    if (client) await endSoon(client);
  }
}

/** Ends a connection, also where the server answers nothing. */
export async function endSoon(client: Client): Promise<void> {
  const late = setTimeout(() => client.connection.stream.destroy(), CLOSE_TIMEOUT_MS);
  await client.end();
  clearTimeout(late);
}

/** A connection that is given up may fail once more while it closes; nobody is left to be told. */
async function abandon(client: Client): Promise<void> {
  try {
    client.connection.stream.destroy();
    await client.end();
  } catch {
    return;
  }
}
