import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Checkpoint } from '../port';
import type { LedgerLogger } from './logger';
import { codeOf } from './transient';
import type { SealedBlock } from './sealed-block';

const DEFAULT_BLOCKS = 1_000;

/**
 * Copies of the chain's head outside the database: whoever rewrites history there would have to rewrite this file and
 * the log as well. One JSON object a line, forced to disk. With several processes each writes those of its own blocks.
 */
export class Checkpoints {
  private last: SealedBlock | null = null;
  private lastWritten = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly file: string | undefined,
    private readonly everyBlocks = DEFAULT_BLOCKS,
    private readonly logger: LedgerLogger,
  ) {}

  /** Told of every block in order; never makes an append wait. */
  sealed(block: SealedBlock): void {
    this.last = block;
    if (block.number % this.everyBlocks === 0) this.write(block);
  }

  async close(): Promise<void> {
    if (this.last) this.write(this.last);
    await this.writing;
  }

  /** All that were written so far. A line cut off by a crash is left out, with a warning. */
  async load(): Promise<Checkpoint[]> {
    await this.writing;
    if (!this.file) return [];
    const checkpoints: Checkpoint[] = [];
    for (const line of (await readLines(this.file)).filter((text) => text !== '')) {
      const checkpoint = parse(line);
      if (checkpoint) checkpoints.push(checkpoint);
      else this.logger.warn({ line }, 'a line of the checkpoint file is not a checkpoint');
    }
    return checkpoints;
  }

  private write(block: SealedBlock): void {
    if (block.number <= this.lastWritten) return;
    this.lastWritten = block.number;
    const checkpoint: Checkpoint = {
      position: block.firstPosition + block.count - 1,
      block: block.number,
      hash: block.hash.toString('hex'),
      at: new Date(block.recordedAt).toISOString(),
    };
    this.logger.info({ checkpoint }, 'ledger checkpoint');
    const { file } = this;
    if (!file) return;
    this.writing = this.writing
      .then(() => appendLine(file, JSON.stringify(checkpoint)))
      .catch((err: unknown) =>
        this.logger.warn({ err, file }, 'a checkpoint could not be written to its file'),
      );
  }
}

async function readLines(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The line break in front ends a line that a crash may have cut off. */
async function appendLine(file: string, line: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(file, 'a');
  try {
    const { size } = await handle.stat();
    await handle.appendFile(size > 0 ? `\n${line}` : line);
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
