import { Checkpoints } from '../ledger/postgres/checkpoint';
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
    const result = await ledger.verify({
      checkpoints: file === undefined ? undefined : await new Checkpoints(file, undefined, log).load(),
      onProgress: (position, head) => {
        progress.update(position, head);
      },
    });
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
