/** Bytes that all bodies together may hold in memory; who gets none goes to disk. */
export class MemoryBudget {
  private taken = 0;

  constructor(private readonly bytes: number) {}

  take(bytes: number): boolean {
    if (this.taken + bytes > this.bytes) return false;
    this.taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.taken -= bytes;
  }
}
