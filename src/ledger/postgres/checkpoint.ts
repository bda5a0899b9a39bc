import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Checkpoint, Head, Verification } from '../port';
import type { LedgerLogger } from './logger';
import { codeOf } from './transient';
import type { SealedBlock } from './sealed-block';

const DEFAULT_BLOCKS = 1_000;
const DEFAULT_MS = 60_000;

/** What checkpoints say cannot be compared with: there is no such file, or something else is in it. */
class CheckpointsUnreadable extends Error {
  readonly code = 'checkpoints-unreadable';
}

/**
 * Copies of the chain's head outside the database: whoever rewrites history there would have to rewrite this file and
 * the log as well. One JSON object a line, forced to disk. With several processes each writes those of its own blocks.
 */
export class Checkpoints {
  private last: SealedBlock | null = null;
  private lastWritten = 0;
  private writing: Promise<void> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly file: string | undefined,
    private readonly everyBlocks = DEFAULT_BLOCKS,
    private readonly logger: LedgerLogger,
    everyMs = DEFAULT_MS,
  ) {
    this.timer = setInterval(() => this.writeLast(), everyMs);
    this.timer.unref();
  }

  /** When a service starts: what is recorded already is vouched for from now on. */
  async begin(head: Head): Promise<void> {
    if (head.position === 0) return;
    const { position, blocks: block, hash, recordedAt } = head;
    const { file } = this;
    const last = file === undefined ? null : await readTail(file);
    if (file !== undefined && !last?.checkpoint)
      this.logger.warn(
        { file, position },
        'the ledger has facts and its checkpoint file ends with none: a new one begins, and what was recorded before is vouched for by no other',
      );
    if (last?.checkpoint?.block === block) this.lastWritten = block;
    else this.write({ position, block, hash, recordedAt });
    await this.writing;
  }

  /** Told of every block in order; never makes an append wait. */
  sealed(block: SealedBlock): void {
    this.last = block;
    // Of a new ledger the first block at once: whoever verifies in its first minute has something to compare with.
    if (this.lastWritten === 0 || block.number % this.everyBlocks === 0) this.writeLast();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.writeLast();
    await this.writing;
  }

  /**
   * All that were written so far. A last line that a crash has cut off is left out, with a warning. Throws
   * `CheckpointsUnreadable` where there is none and one is needed, or a line before the last is no checkpoint.
   */
  async load(needed = true): Promise<Checkpoint[]> {
    await this.writing;
    if (this.file === undefined) return [];
    const { file } = this;
    const text = await read(file);
    const remedy = 'put it back from a copy, or name one with --checkpoints';
    if (text === null && !needed) return [];
    if (text === null)
      throw new CheckpointsUnreadable(`there is no checkpoint file ${file} to compare with: ${remedy}`);
    const { checkpoints, damaged, cut } = parseAll(text);
    if (damaged !== null)
      throw new CheckpointsUnreadable(
        `line ${damaged} of the checkpoint file ${file} is no checkpoint, so it was changed or damaged: ${remedy}`,
      );
    if (cut !== null)
      this.logger.warn(
        { file, cut: cut.slice(0, 200) },
        'the last line of the checkpoint file was cut off; the whole lines count',
      );
    if (checkpoints.length === 0 && needed)
      throw new CheckpointsUnreadable(`the checkpoint file ${file} has no checkpoint: ${remedy}`);
    return checkpoints;
  }

  private writeLast(): void {
    const { last } = this;
    if (!last) return;
    const { number: block, firstPosition, count, hash, recordedAt } = last;
    this.write({ position: firstPosition + count - 1, block, hash, recordedAt });
  }

  private write({ position, block, hash, recordedAt }: Omit<Head, 'blocks'> & { block: number }): void {
    if (block <= this.lastWritten) return;
    this.lastWritten = block;
    const checkpoint: Checkpoint = {
      position,
      block,
      hash: hash.toString('hex'),
      at: new Date(recordedAt).toISOString(),
    };
    this.logger.info({ checkpoint }, 'ledger checkpoint');
    const { file, logger } = this;
    if (file === undefined) return;
    this.writing = this.writing
      .then(() => appendLine(file, JSON.stringify(checkpoint), logger))
      .catch((err: unknown) => logger.warn({ err, file }, 'a checkpoint could not be written to its file'));
  }
}

/** What can be compared with, or the result of `verify` where nothing can: no position is vouched for. */
export async function readable(
  checkpoints: Checkpoints,
  needed = true,
): Promise<Checkpoint[] | Extract<Verification, { ok: false }>> {
  try {
    return await checkpoints.load(needed);
  } catch (error) {
    if (!(error instanceof CheckpointsUnreadable)) throw error;
    return { ok: false, position: 1, reason: error.message };
  }
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new CheckpointsUnreadable(
      `the checkpoint file ${file} cannot be read: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

/** `damaged` is the number of the first line that is no checkpoint; `cut` is the last line, where only that is none. */
function parseAll(text: string): { checkpoints: Checkpoint[]; damaged: number | null; cut: string | null } {
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) => line !== '');
  const checkpoints: Checkpoint[] = [];
  let [damaged, cut]: [number | null, string | null] = [null, null];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const checkpoint = parse(line);
    if (checkpoint) checkpoints.push(checkpoint);
    else if (index === last) cut = line;
    else damaged ??= index + 1;
  }
  return { checkpoints, damaged, cut };
}

/** Far more than one line has. */
const TAIL_BYTES = 4_096;

interface Tail {
  size: number;
  /** The last line, without its break, and what it says; null where it is no checkpoint. */
  line: string;
  checkpoint: Checkpoint | null;
}

async function readTail(file: string): Promise<Tail | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    const line = bytes.subarray(bytes.lastIndexOf('\n') + 1).toString('latin1');
    return { size, line, checkpoint: parse(line) };
  } finally {
    await handle.close();
  }
}

/** The line break in front ends the line before. One that a crash has cut off is taken out, and told. */
async function appendLine(file: string, line: string, logger: LedgerLogger): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const tail = await readTail(file);
  const handle = await open(file, 'a');
  try {
    const isCut = tail !== null && tail.line !== '' && tail.checkpoint === null;
    if (isCut) {
      const cut = tail.line.slice(0, 200);
      logger.warn({ file, cut }, 'the last line of the checkpoint file was cut off, and is taken out');
      await handle.truncate(tail.size - tail.line.length);
    }
    const begins = tail === null || tail.line === '' || isCut;
    await handle.appendFile(begins ? line : `\n${line}`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function parse(line: string): Checkpoint | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const { position, block, hash, at } = (value ?? {}) as Record<string, unknown>;
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(block)) return null;
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return null;
  return { position: Number(position), block: Number(block), hash, at: String(at) };
}
