import { Checkpoints, readable } from '../ledger/postgres/checkpoint';
import { createProgress } from './progress';
import { writeOut } from './output';
import { type Runtime, withRuntime } from './runtime';

export interface VerifyOptions {
  json: boolean;
  checkpoints?: string;
}

/**
 * Recomputes the whole chain and compares it with the checkpoints kept outside the database: those of the data folder, or
 * of a copy of them that was kept somewhere else. True when it holds.
 */
export function runVerify(options: VerifyOptions): Promise<boolean> {
  return withRuntime((runtime) => verify(runtime, options));
}

async function verify({ ledger, log }: Runtime, options: VerifyOptions): Promise<boolean> {
  const progress = createProgress('verify', 'facts');
  try {
    const file = options.checkpoints;
    const kept = file === undefined ? undefined : await readable(new Checkpoints(file, undefined, log));
    const onProgress = (position: number, head: number) => {
      progress.update(position, head);
    };
    const result = kept && 'ok' in kept ? kept : await ledger.verify({ checkpoints: kept, onProgress });
    progress.stop();
    if (options.json) writeOut(`${JSON.stringify(result)}\n`);
    else if (result.ok) {
      const { position, blocks, checkpoints } = result;
      writeOut(
        `The ledger holds: ${position} facts in ${blocks} blocks, ${checkpoints} checkpoints compared.\n`,
      );
    } else writeOut(`The ledger does NOT hold at position ${result.position}: ${result.reason}\n`);
    return result.ok;
  } finally {
    progress.stop();
  }
}
