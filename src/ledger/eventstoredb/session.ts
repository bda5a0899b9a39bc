/**
 * What this process knows of the stream's end without asking. A server that was away may have come back from a backup, so it is known
 * only while a subscription is open, which ends with its connection, or for a moment after the last answer.
 */
const MOMENT_MS = 1_000;

export class Session {
  private hash: Buffer | null = null;
  private at = 0;
  private listening = false;

  /** The stream has, at the end of what is copied or appended, the block with this hash. */
  know(hash: Buffer): void {
    this.hash = hash;
    this.at = performance.now();
  }

  knows(hash: Buffer): boolean {
    const isFresh = this.listening || performance.now() - this.at < MOMENT_MS;
    return isFresh && this.hash !== null && this.hash.equals(hash);
  }

  /** From now on a break is heard of; what was known before may have been left behind by one. */
  listens(): void {
    this.hash = null;
    this.listening = true;
  }

  forget(): void {
    this.hash = null;
    this.listening = false;
  }
}
