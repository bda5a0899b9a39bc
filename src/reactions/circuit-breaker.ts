/**
 * Keeps from trying what has just failed several times in a row: closed, then open for a while, then one trial decides. Times
 * are milliseconds of a monotonic clock that is passed in.
 */
export class CircuitBreaker {
  private failures = 0;
  private openUntil = 0;

  constructor(
    private readonly threshold: number,
    private readonly coolDownMs: number,
  ) {}

  /** How long nothing must be tried; 0: try. */
  waitMs(now: number): number {
    return Math.max(0, this.openUntil - now);
  }

  /** After a cool-down, only one message is tried before the others. */
  get trial(): boolean {
    return this.failures >= this.threshold;
  }

  succeeded(): void {
    this.failures = 0;
    this.openUntil = 0;
  }

  failed(now: number, retryAfterMs: number | null): void {
    this.failures++;
    const coolDown = this.failures >= this.threshold ? this.coolDownMs : 0;
    // What the receiver asks for holds for all that goes to it.
    this.openUntil = Math.max(this.openUntil, now + Math.max(coolDown, retryAfterMs ?? 0));
  }
}
