import { existsSync, readFileSync } from 'node:fs';
import type { Checkpoint } from '../ledger/port';
import { createProgress } from './progress';
import { openRuntime } from './runtime';

/** Recomputes the whole chain and compares it with the checkpoints kept outside the database. True when it holds. */
export async function runVerify({
  json,
  checkpoints,
}: {
  json: boolean;
  checkpoints?: string;
}): Promise<boolean> {
  const runtime = await openRuntime({ mode: 'guest' });
  const progress = createProgress('verify', 'facts');
  try {
    const result = await runtime.ledger.verify({
      checkpoints: readCheckpoints(checkpoints ?? runtime.checkpointFile),
      onProgress: (position, head) => {
        progress.update(position, head);
      },
    });
    progress.stop();
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else if (result.ok) {
      process.stdout.write(
        `The ledger holds: ${result.position} facts in ${result.blocks} blocks, ${result.checkpoints} checkpoints compared.\n`,
      );
    } else
      process.stdout.write(`The ledger does NOT hold at position ${result.position}: ${result.reason}\n`);
    return result.ok;
  } finally {
    progress.stop();
    await runtime.close();
  }
}

/** One JSON object a line. A line that a crash cut off at the end is left out. */
function readCheckpoints(file: string): Checkpoint[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.flatMap((line, index) => {
    try {
      return [JSON.parse(line) as Checkpoint];
    } catch (error) {
      if (index === lines.length - 1) return [];
      throw new Error(`${file}: line ${index + 1} is no checkpoint`, { cause: error });
    }
  });
}
