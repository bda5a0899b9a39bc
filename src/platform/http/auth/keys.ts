import { hash, timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import type { Config } from '../../config';
import type { Log } from '../../logging';

/** Longer than any token that is made with care, short enough to hash for anybody. */
const MAX_TOKEN_LENGTH = 1_024;
const REFRESH_MS = 2_000;

type Key = Config['keys'][number];

export type KeyState = 'valid' | 'expired' | 'revoked';

/**
 * The configured keys, and which of them were revoked. A revocation is a row of the database, since that is what all replicas
 * share: it holds for each of them within seconds, whichever configuration file it was started with. Where the database is away,
 * what was known last holds on.
 */
export class KeyBook {
  private readonly keys: readonly { key: Key; digest: Buffer }[];
  private revoked: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;
  private refreshing = false;

  constructor(
    keys: Config['keys'],
    private readonly pool: Pool,
    private readonly log: Log,
  ) {
    this.keys = keys.map((key) => ({ key, digest: Buffer.from(key.sha256, 'hex') }));
  }

  get isEmpty(): boolean {
    return this.keys.length === 0;
  }

  /**
   * The key whose token this is. Every key is compared, in constant time, so that the time taken tells neither how much of a
   * digest matched nor which key it was.
   */
  find(token: string, now: number): { key: Key; state: KeyState } | undefined {
    if (token.length > MAX_TOKEN_LENGTH) return undefined;
    const digest = hash('sha256', token, 'buffer');
    let found: Key | undefined;
    for (const each of this.keys) {
      if (timingSafeEqual(digest, each.digest)) found = each.key;
    }
    return found && { key: found, state: this.stateOf(found, now) };
  }

  stateOf({ sha256, expiresAt }: Key, now: number): KeyState {
    if (this.revoked.has(sha256)) return 'revoked';
    return expiresAt !== undefined && now >= expiresAt ? 'expired' : 'valid';
  }

  async refresh(): Promise<void> {
    if (this.isEmpty) return;
    const { rows } = await this.pool.query<{ sha256: string }>(
      `SELECT encode(sha256, 'hex') AS sha256 FROM app.revoked_keys`,
    );
    this.revoked = new Set(rows.map((row) => row.sha256));
  }

  /** For good, and again for nothing. */
  async revoke({ sha256, name }: Pick<Key, 'sha256' | 'name'>, reason: string | null): Promise<void> {
    await this.pool.query(
      `INSERT INTO app.revoked_keys (sha256, name, reason) VALUES (decode($1, 'hex'), $2, $3) ON CONFLICT DO NOTHING`,
      [sha256, name, reason],
    );
  }

  /** Knows what is revoked once this resolves, and from then on within seconds, until `stop`. */
  async start(): Promise<void> {
    await this.refresh();
    if (!this.isEmpty) this.timer = setInterval(() => void this.again(), REFRESH_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** One that takes longer than the interval is waited for. */
  private async again(): Promise<void> {
    if (this.refreshing) return;
    this.refreshing = true;
    try {
      await this.refresh();
    } catch (error) {
      this.log.warn({ err: error }, 'which keys are revoked could not be read; what was known last holds');
    } finally {
      this.refreshing = false;
    }
  }
}

/** The token of `Authorization: Bearer …`; undefined where the header has another form. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1];
}
