import { setTimeout as delay } from 'node:timers/promises';
import { LedgerBusy, LedgerUnavailable, type Ledger, type Proposal, type Receipt } from '../ledger/port';
import { within } from '../platform/http/within';
import type { IngestLimits } from './limits';

export interface Recorded {
  recorded: number;
  duplicates: number;
  /** The highest position of the facts, repeats included; 0 without any. */
  position: number;
}

type BlockLimits = Pick<IngestLimits, 'blockFacts' | 'blockCharacters' | 'blocksInFlight' | 'blockMs'>;

/**
 * Appends a body's messages in blocks, a few at once, so that the next ones are prepared while the ledger writes. The first
 * block that fails stops it; what was recorded before stays, and sending the body again is safe.
 */
export class Recorder {
  private block: Proposal[] = [];
  private characters = 0;
  private readonly inFlight = new Set<Promise<void>>();
  private readonly sum: Recorded = { recorded: 0, duplicates: 0, position: 0 };
  private failure: { error: unknown } | null = null;

  constructor(
    private readonly ledger: Ledger,
    private readonly limits: BlockLimits,
    /** Told of each block that is durable. */
    private readonly onRecorded?: (receipts: readonly Receipt[]) => void,
  ) {}

  /** What is durable so far. */
  get progress(): Readonly<Recorded> {
    return this.sum;
  }

  /** Null: go on at once. Otherwise to be awaited before the next one; rejects when a block could not be recorded. */
  add(proposal: Proposal): Promise<void> | null {
    this.block.push(proposal);
    this.characters += proposal.payload.length;
    const { blockFacts, blockCharacters } = this.limits;
    if (this.block.length < blockFacts && this.characters < blockCharacters) return null;
    this.send();
    return this.room();
  }

  /** Resolves when everything is durable. */
  async finish(): Promise<Recorded> {
    this.send();
    await Promise.all(this.inFlight);
    this.assertSound();
    return this.sum;
  }

  /** Waits until nothing of this is under way any more, however it went. */
  async settle(): Promise<void> {
    await Promise.all(this.inFlight);
  }

  private async room(): Promise<void> {
    while (this.inFlight.size >= this.limits.blocksInFlight) await Promise.race(this.inFlight);
    this.assertSound();
  }

  private send(): void {
    const block = this.block;
    this.block = [];
    this.characters = 0;
    if (block.length === 0 || this.failure) return;
    const isFirst = this.sum.position === 0 && this.inFlight.size === 0;
    const sent: Promise<void> = this.append(block, isFirst)
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.inFlight.delete(sent));
    this.inFlight.add(sent);
  }

  /**
   * A full queue refuses a body as a whole; one that was let in waits, instead of leaving half of itself behind, but for no block
   * longer than a caller waits.
   */
  private async append(block: Proposal[], refusable: boolean): Promise<void> {
    const { blockMs } = this.limits;
    const ends = performance.now() + blockMs;
    const taken = async (): Promise<readonly Receipt[]> => {
      for (;;) {
        try {
          return await this.ledger.append(block);
        } catch (error) {
          if (!(error instanceof LedgerBusy) || refusable) throw error;
          const pauseMs = Math.min(1_000, error.retryAfterSeconds * 1_000);
          if (performance.now() + pauseMs > ends) throw error;
          await delay(pauseMs);
        }
      }
    };
    this.count(await within(taken(), blockMs, notTaken));
  }

  private count(receipts: readonly Receipt[]): void {
    this.onRecorded?.(receipts);
    for (const { position, duplicate } of receipts) {
      if (duplicate) this.sum.duplicates += 1;
      else this.sum.recorded += 1;
      if (position > this.sum.position) this.sum.position = position;
    }
  }

  private assertSound(): void {
    if (this.failure) throw this.failure.error;
  }
}

function notTaken(): LedgerUnavailable {
  return new LedgerUnavailable(
    'a block was not recorded in time; whether it will be is not known, and sending it again is safe',
  );
}
