const MIB = 1024 * 1024;
/** What all bodies together may hold in memory, and what of it may be of senders who have not proved themselves yet. */
export const BODIES_BYTES = 128 * MIB;
const STRANGERS_SHARE = 1 / 4;

/** Bytes that bodies together may hold in memory. Who gets none goes to disk, or comes again. */
export class MemoryBudget {
  private taken = 0;

  constructor(
    private readonly bytes = BODIES_BYTES,
    /** What is taken here is taken there, too. */
    private readonly whole: MemoryBudget | null = null,
  ) {}

  /** A part of it, so that those who are let into no more leave room for the others. */
  ofStrangers(): MemoryBudget {
    return new MemoryBudget(Math.floor(this.bytes * STRANGERS_SHARE), this);
  }

  take(bytes: number): boolean {
    if (this.taken + bytes > this.bytes) return false;
    if (this.whole && !this.whole.take(bytes)) return false;
    this.taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.taken -= bytes;
    this.whole?.give(bytes);
  }
}
