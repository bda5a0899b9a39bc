/** Rebuilds a database's read models in a process of its own, with lanes in threads: `rebuild-process.ts <url> <lanes> [url for the lanes]`. */
import 'reflect-metadata';
import { defaultPolicy } from '../../src/domain/policy';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { createLogger } from '../../src/platform/logging';
import { createPool } from '../../src/platform/pools';
import { liveGeneration } from '../../src/projections/generations';
import { rebuild } from '../../src/projections/rebuild';
import { CurrentSettings } from '../../src/projections/settings';
import { SourceBook } from '../../src/projections/sources';

async function main(url: string, lanes: number, lanesUrl = url): Promise<void> {
  const pool = createPool({ url, name: 'rebuild' });
  const ledger = await createPostgresLedger({ pool, logger: createLogger('warn') });
  const sources = new SourceBook(pool, ledger);
  await sources.reload();
  const settings = new CurrentSettings(defaultPolicy, sources);
  settings.adopt((await liveGeneration(pool))?.made ?? null);
  const done = await rebuild({ pool, url: lanesUrl, ledger, settings, lanes });
  process.stdout.write(`${JSON.stringify(done)}\n`);
  await ledger.close();
  await pool.end();
}

main(process.argv[2] ?? '', Number(process.argv[3]), process.argv[4]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
