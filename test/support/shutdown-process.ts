/** A process that stops on a signal as its argument says: `stops`, `fails`, `hangs`, or `waits` for a line on standard input. */
import { once } from 'node:events';
import { stopOnSignal } from '../../src/platform/shutdown';

const how = process.argv[2];
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

stopOnSignal(
  async (signal) => {
    say({ stopping: signal });
    if (how === 'fails') throw new Error('no');
    if (how === 'hangs') await new Promise(() => undefined);
    if (how === 'waits') await once(process.stdin, 'data');
  },
  (error) => say({ failed: (error as Error).message }),
);
process.stdin.resume();
say({ ready: true });
