/** A process that stops on a signal as its argument says: `stops`, `fails` or `hangs`. */
import { stopOnSignal } from '../../src/platform/shutdown';

const how = process.argv[2];
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

stopOnSignal(
  (signal) => {
    say({ stopping: signal });
    if (how === 'fails') return Promise.reject(new Error('no'));
    return how === 'hangs' ? new Promise(() => undefined) : Promise.resolve();
  },
  (error) => say({ failed: (error as Error).message }),
);
process.stdin.resume();
say({ ready: true });
