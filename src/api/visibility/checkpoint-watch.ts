/** How far the live generation has folded the ledger, for whoever waits for a position to become visible. */
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../platform/logging';
import { LIVE, columnNames } from '../../projections/generation-schema';
import { LOGGER, POOL } from '../tokens';

/** One look serves all who wait, so this is a bound on the database's load and not on a caller's. */
const LOOK_MS = 10;
/** While the projector of this process tells what it has folded. */
const LOOK_WHERE_TOLD_MS = 200;
const TOLD_HOLDS_MS = 1_000;

const COLUMNS = `SELECT c.relname || '.' || a.attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = to_regnamespace('${LIVE}') AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped`;

interface Waiter {
  position: number;
  settle(visible: boolean): void;
}

@Injectable()
export class CheckpointWatch implements BeforeApplicationShutdown {
  private readonly waiters = new Set<Waiter>();
  private readonly stop = new AbortController();
  private looking = false;
  private toldAt = -Infinity;
  private toldPosition = 0;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Log,
  ) {}

  /** Position folded so far. Throws 3F000 or 42P01 of PostgreSQL while there is no live generation. */
  async position(): Promise<number> {
    const { rows } = await this.pool.query<{ position: number }>('SELECT position FROM live.checkpoint');
    return rows[0]?.position ?? 0;
  }

  /** Whether the live generation has all that is read here; one that an earlier release has made may not. */
  async isReadable(): Promise<boolean> {
    const { rows } = await this.pool.query<{ column: string }>(COLUMNS);
    const there = new Set(rows.map(({ column }) => column));
    return columnNames().every((column) => there.has(column));
  }

  /** True once `position` is visible; false when `timeoutMs` have passed before. */
  async reached(position: number, timeoutMs: number): Promise<boolean> {
    const asked = performance.now();
    if ((await this.position()) >= position) return true;
    // It may have been told while the answer was under way, and then nobody tells it again.
    if (this.toldAt >= asked && this.toldPosition >= position) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.settle(false), timeoutMs);
      const waiter: Waiter = {
        position,
        settle: (visible) => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve(visible);
        },
      };
      this.waiters.add(waiter);
      if (!this.looking) void this.look();
    });
  }

  /** The live generation has folded so far: whoever waits for that need not look. */
  told(position: number): void {
    this.toldAt = performance.now();
    this.toldPosition = position;
    this.settleUpTo(position);
  }

  /** Before the server waits for its requests: those that only wait are told to come again, elsewhere. */
  beforeApplicationShutdown(): void {
    this.stop.abort();
    this.settleAll();
  }

  /** Never rejects: what goes wrong here is answered by the read that follows, by its kind. */
  private async look(): Promise<void> {
    this.looking = true;
    try {
      while (this.waiters.size > 0 && !this.stop.signal.aborted) {
        const isTold = performance.now() - this.toldAt < TOLD_HOLDS_MS;
        await delay(isTold ? LOOK_WHERE_TOLD_MS : LOOK_MS, undefined, { signal: this.stop.signal });
        this.settleUpTo(await this.position());
      }
    } catch (error) {
      this.logger.debug({ err: error }, 'the checkpoint could not be read; nobody waits for it any longer');
    } finally {
      this.looking = false;
      this.settleAll();
    }
  }

  private settleUpTo(position: number): void {
    for (const waiter of this.waiters) if (waiter.position <= position) waiter.settle(true);
  }

  private settleAll(): void {
    for (const waiter of this.waiters) waiter.settle(false);
  }
}
