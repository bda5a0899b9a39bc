import { createApp } from '../api/server';
import { openApiDocument } from '../api/openapi/document';
import { IngestModule } from '../ingest/ingest.module';
import type { Ledger } from '../ledger/port';
import { loadConfig } from '../platform/config';
import { createLogger } from '../platform/logging';
import { createPool } from '../platform/pools';
import type { Replays } from '../projections/replays';
import { SourceBook } from '../projections/sources';

/** The description of the whole surface. The application is assembled and not started, so it needs no database. */
export async function describeApi(): Promise<unknown> {
  const pool = createPool({ url: 'postgres://127.0.0.1/none', name: 'description' });
  const ledger = {} as Ledger;
  const app = await createApp({
    // No file of this folder and no variable of this shell is part of the description.
    config: loadConfig({}, __dirname),
    pool,
    ledger,
    sources: new SourceBook(pool, ledger),
    replays: {} as Replays,
    logger: createLogger('silent'),
    modules: [IngestModule],
  });
  try {
    return openApiDocument(app);
  } finally {
    await pool.end();
  }
}
