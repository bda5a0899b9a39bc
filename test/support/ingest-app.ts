import { Global, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { INGEST_LIMITS, type IngestLimits, defaultIngestLimits } from '../../src/ingest/limits';
import { IngestModule } from '../../src/ingest/ingest.module';
import type { Ledger } from '../../src/ledger/port';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { type KeyConfig, Secret } from '../../src/platform/config';
import { KeyBook } from '../../src/platform/http/auth';
import type { ConnectionLimits } from '../../src/platform/http/connections';
import { installDoors } from '../../src/platform/http/doors';
import { MemoryBudget } from '../../src/platform/http/memory-budget';
import { ProblemFilter } from '../../src/platform/http/problem';
import { CONFIG, LEDGER, LOGGER, MEMORY_BUDGET, POOL, SOURCES } from '../../src/platform/http/tokens';
import { createLogger } from '../../src/platform/logging';
import { createPool } from '../../src/platform/pools';
import { SourceBook } from '../../src/projections/sources';
import { type TestDatabase, freshDatabase } from './postgres';

export interface IngestApp {
  url: string;
  port: number;
  server: Server;
  ledger: Ledger;
  database: TestDatabase;
  dataDir: string;
  close(): Promise<void>;
}

export interface IngestAppOptions {
  keys?: KeyConfig[];
  limits?: Partial<IngestLimits>;
  /** What all bodies together may hold in memory. */
  bodiesBytes?: number;
  connections?: ConnectionLimits;
  /** Webhook secrets by source. */
  secrets?: Record<string, string>;
  /** Done to the database before anything connects to it; answers where the application finds it. */
  route?: (url: string) => Promise<string>;
  /** In place of the real one. */
  ledger?: (real: Ledger) => Ledger;
}

/** The ingest part alone, over real HTTP on a free port, on a database of its own with sources prima, scend and middleware. */
export async function startIngestApp(options: IngestAppOptions = {}): Promise<IngestApp> {
  const { keys = [], limits = {}, secrets = {} } = options;
  const database = await freshDatabase();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tallystick-ingest-'));
  const log = createLogger('silent');
  const routed = options.route
    ? createPool({ url: await options.route(database.url), name: 'ingest' })
    : null;
  const pool = routed ?? database.pool;
  const real = await createPostgresLedger({ pool, logger: log });
  const ledger = options.ledger?.(real) ?? real;
  const book = new SourceBook(pool, real);
  for (const kind of ['prima', 'scend', 'middleware']) {
    await book.configure(
      {
        name: kind,
        kind,
        timeZone: 'UTC',
        legalEntity: 'ACME',
        startsAt: null,
        expectedIntervalSeconds: null,
      },
      'test',
    );
  }
  const budget = new MemoryBudget(options.bodiesBytes);
  const sources = Object.entries(secrets).map(([name, secret]) => ({
    name,
    secrets: { webhook: new Secret(secret) },
  }));

  @Global()
  @Module({
    providers: [
      { provide: LEDGER, useValue: ledger },
      { provide: POOL, useValue: pool },
      { provide: CONFIG, useValue: { keys, sources, dataDir } },
      { provide: SOURCES, useValue: book },
      { provide: LOGGER, useValue: log },
      { provide: MEMORY_BUDGET, useValue: budget },
      { provide: APP_FILTER, useClass: ProblemFilter },
    ],
    exports: [LEDGER, POOL, CONFIG, SOURCES, LOGGER, MEMORY_BUDGET],
  })
  class Parts {}

  @Module({ imports: [Parts, IngestModule] })
  class Root {}

  const app = await NestFactory.create<NestFastifyApplication>(Root, new FastifyAdapter(), {
    bodyParser: false,
    logger: false,
  });
  Object.assign(app.get<IngestLimits>(INGEST_LIMITS), defaultIngestLimits, limits);
  const keyBook = new KeyBook(keys, database.pool, log);
  installDoors(app.getHttpAdapter().getInstance(), {
    keys: keyBook,
    budget,
    connections: options.connections,
  });
  await keyBook.start();
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    ledger: real,
    database,
    dataDir,
    async close() {
      keyBook.stop();
      await app.close();
      await real.close();
      await routed?.end();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
