/** A process that migrates the database of its argument and says what it did. */
import { migrate } from '../../src/platform/migrations/migrate';

migrate(process.argv[2] ?? '').then(
  (ran) => process.stdout.write(`${JSON.stringify({ ran })}\n`),
  (error: unknown) => {
    process.stderr.write(String(error));
    process.exitCode = 1;
  },
);
