/** Whether the projector stands: a step of it has not come to an end, well, for longer than a bound. */

/** A batch takes a second or two, a large backlog is many batches, and a search for a fact at fault may take half a minute. */
const BOUND_MS = 60_000;

export class Standstill {
  /** When the step began that has not come to a good end; null between two steps. */
  private since: number | null = null;
  private error: unknown = null;

  constructor(private readonly boundMs = BOUND_MS) {}

  /** A step begins, or begins anew. */
  begins(): void {
    this.since ??= performance.now();
  }

  /** Something was folded, or nothing waits, or somebody else folds. */
  moved(): void {
    this.since = null;
    this.error = null;
  }

  failed(error: unknown): void {
    this.error = error;
  }

  /** Why this process should not be relied on; null while all is well. The error's text is for the log alone: it may quote a message. */
  reason(): string | null {
    const ms = this.since === null ? 0 : performance.now() - this.since;
    if (ms < this.boundMs) return null;
    const why = this.error instanceof Error ? ` It failed last with ${this.error.name}.` : '';
    return (
      `The projector has folded nothing for ${Math.floor(ms / 1_000)} s while facts wait.${why} ` +
      'The log says what happened; docs/runbook.md says what to do (TallystickProjectorStands).'
    );
  }
}
