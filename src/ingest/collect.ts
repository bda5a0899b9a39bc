import path from 'node:path';
import type { Proposal } from '../ledger/port';
import type { MemoryBudget } from '../platform/http/memory-budget';
import type { Format } from './format';
import type { IngestLimits } from './limits';
import type { Proposer } from './proposals';
import { bodyTooLarge } from './refusals';
import { Spool } from './spool';
import { InputError } from './split/input-error';
import type { Piece } from './split/piece';
import { assertNumber, readPiece } from './split/read-piece';

/** A body that has come in whole and whose every message can be read. */
export interface Collected {
  proposals(): Iterable<Proposal> | AsyncIterable<Proposal>;
  /** Gives back memory and disk. */
  close(): Promise<void>;
}

export interface CollectOptions {
  format: Format;
  limits: IngestLimits;
  proposer: Proposer;
  budget: MemoryBudget;
  /** Where bodies wait that are too long to be held. */
  spoolFolder: string;
}

/**
 * Takes a body in whole before anything of it is recorded. A short one is held as proposals, each message parsed once. A long
 * one is checked on its way to a file and read from there again: twice the parsing, in memory that does not grow with it.
 * Throws InputError and ApiError; then nothing is left behind.
 */
export async function collect(body: AsyncIterable<Buffer>, options: CollectOptions): Promise<Collected> {
  const held = new Held(options);
  let spool: Spool | null = null;
  try {
    const { format, limits } = options;
    const splitter = format.splitter(limits);
    const maxBytes = format.maxBytes(limits);
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw bodyTooLarge(format, maxBytes);
      if (!spool && !held.hasRoomFor(chunk)) {
        spool = await Spool.create(options.spoolFolder);
        for (const earlier of held.release()) await spool.write(earlier);
      }
      const pieces = splitter.push(chunk);
      if (spool) {
        for (const piece of pieces) check(piece, limits);
        await spool.write(chunk);
      } else {
        held.add(chunk, pieces);
      }
    }
    if (bytes === 0) throw new InputError('body-empty', 'the body is empty', { line: 1, column: 1 });
    const last = splitter.end();
    if (spool === null) return held.finish(last);
    for (const piece of last) check(piece, limits);
    return spooled(spool, options);
  } catch (error) {
    held.release();
    await spool?.close();
    throw error;
  }
}

/** A body while it is short. */
class Held {
  private chunks: Buffer[] = [];
  private proposed: Proposal[] = [];
  private bytes = 0;

  constructor(private readonly options: CollectOptions) {}

  hasRoomFor(chunk: Buffer): boolean {
    const { limits, budget } = this.options;
    if (this.bytes + chunk.length > limits.memoryBytes) return false;
    // Short messages weigh more as proposals than as bytes.
    if (this.proposed.length > limits.memoryMessages) return false;
    return budget.take(chunk.length);
  }

  add(chunk: Buffer, pieces: Iterable<Piece>): void {
    this.bytes += chunk.length;
    this.chunks.push(chunk);
    this.propose(pieces);
  }

  finish(last: Iterable<Piece>): Collected {
    this.propose(last);
    this.chunks = [];
    const proposals = this.proposed;
    return {
      proposals: () => proposals,
      close: async () => {
        this.release();
      },
    };
  }

  /** Forgets everything and gives back its memory; answers the chunks it held. */
  release(): Buffer[] {
    const { chunks } = this;
    this.options.budget.give(this.bytes);
    this.bytes = 0;
    this.chunks = [];
    this.proposed = [];
    return chunks;
  }

  private propose(pieces: Iterable<Piece>): void {
    for (const piece of pieces) {
      assertNumber(piece, this.options.limits.messages);
      this.proposed.push(propose(piece, this.options));
    }
  }
}

function check(piece: Piece, limits: IngestLimits): void {
  assertNumber(piece, limits.messages);
  readPiece(piece, limits);
}

function propose(piece: Piece, { limits, proposer }: CollectOptions): Proposal {
  // A piece without text has made readPiece throw.
  return proposer.message(piece.text ?? '', readPiece(piece, limits));
}

function spooled(spool: Spool, options: CollectOptions): Collected {
  return {
    async *proposals() {
      const splitter = options.format.splitter(options.limits);
      for await (const chunk of spool.read()) {
        for (const piece of splitter.push(chunk)) yield propose(piece, options);
      }
      for (const piece of splitter.end()) yield propose(piece, options);
    },
    close: () => spool.close(),
  };
}

/** The folder of spooled bodies inside the data folder. */
export function spoolFolder(dataDir: string): string {
  return path.join(dataDir, 'spool');
}
