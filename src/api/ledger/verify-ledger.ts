import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger, Verification } from '../../ledger/port';
import { LEDGER } from '../tokens';
import type { VerificationView } from './ledger-schema';

/** How long one request waits for the end: less than any request may take. */
const WITHIN_MS = 8_000;

export class VerifyLedger extends Query<VerificationView> {
  constructor(readonly withinMs = WITHIN_MS) {
    super();
  }
}

interface Run {
  progress: { position: number; head: number };
  ended: Promise<Verification>;
}

/**
 * Reads the whole ledger, so there is one run at a time, which all who ask share. Who is told `running` asks again, and is
 * told the end of that run; the next to ask starts a new one.
 */
@QueryHandler(VerifyLedger)
export class VerifyLedgerHandler implements IQueryHandler<VerifyLedger> {
  private run: Run | null = null;

  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  async execute({ withinMs }: VerifyLedger): Promise<VerificationView> {
    const run = (this.run ??= this.start());
    const waiting = new AbortController();
    const late = delay(withinMs, null, { signal: waiting.signal }).catch(() => null);
    try {
      const verification = await Promise.race([run.ended, late]);
      if (verification === null) return { state: 'running', ...run.progress };
      this.forget(run);
      return { state: 'done', ...verification };
    } catch (error) {
      this.forget(run);
      throw error;
    } finally {
      waiting.abort();
    }
  }

  private start(): Run {
    const progress = { position: 0, head: 0 };
    const ended = this.ledger.verify({
      onProgress: (position, head) => {
        progress.position = position;
        progress.head = head;
      },
    });
    // Nobody may be waiting when it fails: the next who asks is told.
    ended.catch(() => undefined);
    return { progress, ended };
  }

  private forget(run: Run): void {
    if (this.run === run) this.run = null;
  }
}
