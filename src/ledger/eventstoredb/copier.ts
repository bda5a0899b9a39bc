/** Keeps the copy at the end of the stream: one reads, whoever asks. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerLogger } from '../postgres/logger';
import type { SealedBlock } from '../postgres/sealed-block';
import type { WriterConnection } from '../postgres/writer-connection';
import { StreamBroken } from './broken';
import { follow } from './copy';
import type { StreamHealth } from './health';
import type { Session } from './session';
import { type LedgerStream, isTooSlow } from './stream';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** How long a block that was appended may be readable only in part, or not at all. */
const LAG_MS = 2_000;
const LOOK_AGAIN_MS = 50;
const TELL_EVERY = 500;
/** One's own large blocks end the subscription; while they come, appending tells of others. */
const OWN_BLOCKS_MS = 250;

export interface CopierParts {
  stream: LedgerStream;
  connection: WriterConnection;
  session: Session;
  health: StreamHealth;
  logger: LedgerLogger;
  copied(block: SealedBlock): void;
  /** How often the stream's metadata are looked at while nothing else asks. */
  lookEveryMs: number;
}

export class Copier {
  /** Where the copy ends, as far as this process has copied or appended. */
  private position = 0;
  /** Where this process appends at the moment, or has. */
  private own = 0;
  private appendedAt = 0;
  private appending: Promise<unknown> | null = null;
  private running: Promise<void> | null = null;

  constructor(private readonly parts: CopierParts) {}

  /** This process appends up to a position: what it hears of up to there is its own, and not read. */
  async owns<T>(position: number, append: () => Promise<T>): Promise<T> {
    this.own = position;
    this.appendedAt = performance.now();
    const appending = append();
    this.appending = appending;
    try {
      return await appending;
    } finally {
      this.appending = null;
    }
  }

  /** What it was about to append is not known to be there, or another's is. */
  disowns(): void {
    this.own = 0;
  }

  /** Copies to the end as it is once the call is made. */
  async catchUp(): Promise<void> {
    // What runs already may have passed the end as it was.
    if (this.running) await this.running.catch(() => undefined);
    this.running ??= this.copy().finally(() => (this.running = null));
    await this.running;
  }

  /** Copies up to a position that the stream has told. Rejects where that takes longer than a writer should wait. */
  async upTo(position: number): Promise<void> {
    const late = AbortSignal.timeout(LAG_MS);
    const tooLate = new Promise<never>((_, reject) => {
      late.addEventListener('abort', () => {
        reject(new Error(this.parts.health.reason() ?? `the stream cannot be read up to ${position} yet`));
      });
    });
    tooLate.catch(() => undefined);
    for (;;) {
      await Promise.race([this.catchUp(), tooLate]);
      if (this.position >= position) return;
      await Promise.race([delay(LOOK_AGAIN_MS), tooLate]);
    }
  }

  /** Copies what others append as they do, until it is told to stop. What was missed is read from where the copy is. */
  async keepFollowing(signal: AbortSignal): Promise<void> {
    const { stream, session, health, connection } = this.parts;
    const over = () => signal.aborted;
    for (let failures = 0; !signal.aborted;) {
      // One at a time: where copying fails, what was listened to is left.
      const listening = new AbortController();
      const either = AbortSignal.any([signal, listening.signal]);
      try {
        await this.catchUp();
        const work = new Latest(() => this.catchUp());
        const heard = {
          confirmed: () => {
            failures = 0;
            session.listens();
            work.run();
          },
          appended: (position: number) => {
            if (position > Math.max(this.position, this.own)) work.run();
          },
        };
        await Promise.race([stream.follow(Math.max(this.position, this.own), heard, either), work.failed]);
      } catch (error) {
        session.forget();
        if (over()) return;
        if (isTooSlow(error)) {
          while (!over() && performance.now() - this.appendedAt < OWN_BLOCKS_MS)
            await delay(OWN_BLOCKS_MS, undefined, { signal }).catch(() => undefined);
          continue;
        }
        connection.drop();
        health.failed('follower', error);
      } finally {
        listening.abort();
      }
      failures += 1;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Looks now and then whether the server still keeps all of the stream, and has what was copied. */
  async keepLooking(signal: AbortSignal): Promise<void> {
    const { stream, health, lookEveryMs } = this.parts;
    const wait = () => delay(lookEveryMs, true, { signal }).catch(() => false);
    while (await wait()) {
      let isLooking = true;
      try {
        await stream.assertWhole();
        health.succeeded('metadata');
        isLooking = false;
        await this.catchUp();
      } catch (error) {
        // A server that is away says nothing of them.
        if (error instanceof StreamBroken) health.failed(isLooking ? 'metadata' : 'follower', error);
      }
    }
  }

  private async copy(): Promise<void> {
    const { stream, connection, session, health, copied } = this.parts;
    const began = performance.now();
    let end: number | null = null;
    for (;;) {
      // What is being appended here is copied here.
      if (this.appending) await this.appending.catch(() => undefined);
      const client = await connection.get();
      const last = await follow(client, stream, copied, (position) => {
        if (position % TELL_EVERY !== 0) return;
        health.catchingUp(position, Math.max(position, end ?? 0));
        if (end === null)
          void stream.end().then(
            (told) => (end = told),
            () => undefined,
          );
      }).catch((error: unknown) => {
        health.catchingUp(0, 0);
        throw error;
      });
      health.catchingUp(0, 0);
      this.position = Math.max(this.position, last.position);
      if (last.rest === 0) {
        session.know(last.hash);
        health.succeeded('follower');
        return;
      }
      if (performance.now() - began > LAG_MS / 2)
        throw new StreamBroken(
          `the stream goes on after position ${last.position} with a block that is not whole: \`tallystick copy-ledger\` was interrupted, let it end`,
          last.position + 1,
        );
      await delay(LOOK_AGAIN_MS);
    }
  }
}

/** Work of which only the newest request matters: one runs, and one more if anything was heard meanwhile. */
class Latest {
  private running = false;
  private again = false;
  private fail: (error: unknown) => void = () => undefined;
  readonly failed = new Promise<never>((_, reject) => (this.fail = reject));

  constructor(private readonly work: () => Promise<void>) {
    this.failed.catch(() => undefined);
  }

  run(): void {
    this.again = true;
    if (!this.running) void this.loop();
  }

  private async loop(): Promise<void> {
    this.running = true;
    try {
      while (this.again) {
        this.again = false;
        await this.work();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.running = false;
    }
  }
}
