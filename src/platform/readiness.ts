/** Why this process should not be sent requests: each part that can say so adds its own check. */

/** A sentence that names the reason and the remedy; null while all is well. */
export type ReadinessCheck = () => string | null | Promise<string | null>;

export interface Unready {
  /** Which check says so: a stable word in kebab-case. */
  name: string;
  reason: string;
}

export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();

  /** Names of the checks, in the order in which they were added. */
  get names(): string[] {
    return [...this.checks.keys()];
  }

  /** Answers how to take it away again. A name that is there already is replaced. */
  add(name: string, check: ReadinessCheck): () => void {
    this.checks.set(name, check);
    return () => {
      if (this.checks.get(name) === check) this.checks.delete(name);
    };
  }

  /** All that is wrong now. What a check throws is thrown: it is told by its kind, as that of any read. */
  async unready(): Promise<Unready[]> {
    const all = await Promise.all(
      [...this.checks].map(async ([name, check]) => ({ name, reason: await check() })),
    );
    return all.flatMap(({ name, reason }) => (reason === null ? [] : [{ name, reason }]));
  }
}
