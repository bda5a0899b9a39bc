import type { LedgerLogger } from '../postgres/logger';
import { LedgerStopped } from '../port';

/** What is tried again by itself is not held against the stream for longer than this: only trying tells. */
const KEPT_MS = 60_000;

type Who = 'writer' | 'follower' | 'metadata';

/** What those who use the stream last learnt of it: the service is ready while none of them has failed. */
export class StreamHealth {
  private readonly failures = new Map<Who, { error: unknown; at: number }>();
  private behind: { at: number; of: number } | null = null;
  private told = '';

  constructor(
    private readonly logger: LedgerLogger,
    /** Of the server, without an account. */
    private readonly place: string,
  ) {}

  succeeded(who: Who): void {
    this.failures.delete(who);
    // Whoever follows has reached the server.
    const writer = this.failures.get('writer');
    if (who === 'follower' && writer && !(writer.error instanceof LedgerStopped))
      this.failures.delete('writer');
    if (this.failures.size === 0) this.told = '';
  }

  failed(who: Who, error: unknown): void {
    if (who === 'follower' && this.failures.get('writer')?.error === error) return;
    this.failures.set(who, { error, at: performance.now() });
    const text = String(error);
    if (text === this.told) return;
    this.told = text;
    this.logger.warn(
      { err: error, server: this.place },
      'the stream that LEDGER_URL names cannot be used at the moment; it is tried again',
    );
  }

  catchingUp(at: number, of: number): void {
    this.behind = at < of ? { at, of } : null;
  }

  /** What does not pass by itself, first. */
  get stopped(): LedgerStopped | null {
    const now = performance.now();
    for (const [who, { error, at }] of this.failures)
      if (error instanceof LedgerStopped && (who !== 'writer' || now - at < KEPT_MS)) return error;
    return null;
  }

  /** Throws while the stream has been found to be kept short: whatever is appended there would be lost. */
  assertWhole(): void {
    const found = this.failures.get('metadata')?.error;
    if (found instanceof LedgerStopped) throw found;
  }

  reason(): string | null {
    const { stopped, behind } = this;
    if (stopped) return stopped.message;
    if (behind) return `the copy of the stream is catching up, ${behind.at} of ${behind.of}: wait`;
    for (const [who, { at }] of this.failures)
      if (who !== 'writer' || performance.now() - at < KEPT_MS)
        return `the server of LEDGER_URL (${this.place}), or the database, cannot be reached at the moment: start it, or look at the network`;
    return null;
  }
}
