import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import type { LedgerLogger } from './logger';
import { CHANNEL } from './notify';
import { endSoon } from './writer-connection';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * Tells listeners that the ledger has grown: at once for what this process wrote, through LISTEN for what others wrote.
 * The connection is opened for the first listener. After a loss the listeners are told once, since a NOTIFY may have been missed.
 */
export class Listener {
  private readonly listeners = new Set<() => void>();
  private client: Client | null = null;
  private retry: NodeJS.Timeout | null = null;
  private opening: Promise<void> | null = null;
  private retryMs = FIRST_RETRY_MS;
  private closed = false;

  constructor(
    private readonly config: ClientConfig,
    private readonly logger: LedgerLogger,
  ) {}

  add(listener: () => void): () => void {
    // A wrapper, so that adding one function twice makes two registrations.
    const entry = (): void => listener();
    this.listeners.add(entry);
    if (!this.client && !this.opening && !this.retry) this.open();
    return () => {
      this.listeners.delete(entry);
    };
  }

  emit(): void {
    for (const listener of this.listeners) {
      try {
        listener();
      } catch (err) {
        this.logger.warn({ err }, 'a listener of the ledger failed');
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
    if (this.retry) clearTimeout(this.retry);
    await this.opening;
    const { client } = this;
    this.client = null;
    if (client) await endSoon(client);
  }

  private open(): void {
    this.opening = this.connect().finally(() => {
      this.opening = null;
    });
  }

  private async connect(): Promise<void> {
    const client = new Client({
      ...this.config,
      application_name: 'tallystick ledger listener',
      keepAlive: true,
      connectionTimeoutMillis: LAST_RETRY_MS,
    });
    client.on('notification', () => this.emit());
    client.on('error', (err) =>
      this.logger.warn({ err }, 'the connection that listens to the ledger failed'),
    );
    client.on('end', () => this.lost(client));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (err) {
      this.logger.warn({ err }, 'the ledger cannot be listened to at the moment; polling goes on');
      client.connection.stream.destroy();
      this.again();
      return;
    }
    this.client = client;
    this.retryMs = FIRST_RETRY_MS;
    this.emit();
  }

  private lost(client: Client): void {
    if (this.client !== client) return;
    this.client = null;
    this.again();
  }

  private again(): void {
    if (this.closed) return;
    this.retry = setTimeout(() => {
      this.retry = null;
      this.open();
    }, this.retryMs);
    this.retry.unref();
    this.retryMs = Math.min(LAST_RETRY_MS, this.retryMs * 2);
  }
}
