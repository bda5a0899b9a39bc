import type { Ledger, Proposal } from '../ledger/port';
import type { IngestLimits } from './limits';
import type { Proposer } from './proposals';
import { type Recorded, Recorder } from './recorder';
import { InputError } from './split/input-error';
import { JsonSplitter } from './split/json';
import { NdjsonSplitter } from './split/ndjson';
import type { Piece, Splitter } from './split/piece';
import { readPiece } from './split/read-piece';

export interface ImportOptions {
  /** NDJSON, or one JSON array of messages: its first character tells. */
  chunks: AsyncIterable<Buffer>;
  proposer: Proposer;
  ledger: Ledger;
  limits: IngestLimits;
  onProgress?: (bytes: number, recorded: Readonly<Recorded>) => void;
  signal?: AbortSignal;
}

export interface Imported extends Recorded {
  /** Messages that could not be read and were recorded as they came, to be quarantined. */
  unreadable: number;
  bytes: number;
  /** Why the import could not go on to the end: what was recorded before stays. */
  stopped: InputError | null;
}

/**
 * Records messages as they are read, without waiting for the end: there is nobody to refuse to. What cannot be read is recorded
 * as it came; only where it cannot be told where a message ends (a broken array, a line beyond all limits) the import stops.
 */
export async function importMessages(options: ImportOptions): Promise<Imported> {
  const { chunks, ledger, limits, onProgress, signal } = options;
  const recorder = new Recorder(ledger, limits);
  let splitter: Splitter | null = null;
  // White space before the first message, where it comes alone.
  let lead: Buffer = Buffer.alloc(0);
  let bytes = 0;
  let unreadable = 0;
  let stopped: InputError | null = null;

  const record = async (pieces: Iterable<Piece>): Promise<void> => {
    for (const piece of pieces) {
      const { proposal, readable } = propose(piece, options);
      if (!readable) unreadable += 1;
      const room = recorder.add(proposal);
      if (room) await room;
    }
  };

  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      bytes += chunk.length;
      lead = splitter ? chunk : Buffer.concat([lead, chunk]);
      splitter ??= splitterFor(lead, limits);
      if (splitter) await record(splitter.push(lead));
      onProgress?.(bytes, recorder.progress);
    }
    if (splitter) await record(splitter.end());
  } catch (error) {
    if (!(error instanceof InputError)) {
      await recorder.settle();
      throw error;
    }
    stopped = error;
  }
  const recorded = await recorder.finish();
  onProgress?.(bytes, recorded);
  return { ...recorded, unreadable, bytes, stopped };
}

function propose(piece: Piece, options: ImportOptions): { proposal: Proposal; readable: boolean } {
  const { proposer, limits } = options;
  try {
    const value = readPiece(piece, limits);
    return { proposal: proposer.message(piece.text ?? '', value), readable: true };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // What is kept as text is read again when it is folded; what is nested too deeply must not be.
    const bytes = error.code === 'json-too-deep' ? Buffer.from(piece.text ?? '') : piece.bytes;
    const content = bytes ?? piece.text ?? '';
    return { proposal: proposer.unreadable(content), readable: false };
  }
}

/** White space before the first message that is waited over: it is all held, and looked at again with every chunk. */
const MOST_LEAD_BYTES = 1024 * 1024;

/** Null while only white space has come, and not too much of it. */
function splitterFor(chunk: Buffer, limits: IngestLimits): Splitter | null {
  const first = /[^\ufeff\s]/.exec(chunk.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, ''))?.[0];
  if (first === undefined && chunk.length <= MOST_LEAD_BYTES) return null;
  return first === '[' ? new JsonSplitter(limits) : new NdjsonSplitter(limits);
}
