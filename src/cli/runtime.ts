/** What every command stands on: configuration, database (embedded unless a URL is given), ledger, sources, settings. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { createEventStoreLedger } from '../ledger/eventstoredb';
import type { Ledger } from '../ledger/port';
import { createPostgresLedger } from '../ledger/postgres';
import { ConfigError, type Config, loadConfig } from '../platform/config';
import { startEmbedded } from '../platform/database/embedded';
import { type Log, createLogger } from '../platform/logging';
import { Readiness } from '../platform/readiness';
import { migrate } from '../platform/migrations/migrate';
import { createPool } from '../platform/pools';
import { Replays } from '../projections/replays';
import { SourceBook } from '../projections/sources';
import { checkedMapping } from './mapping-file';
import { checkedPolicy } from './document-file';
import { liveGeneration } from '../projections/generations';
import { insertPromotion } from '../reactions/promotion-alert';
import { CurrentSettings, type ProjectionSource } from '../projections/settings';

export interface Runtime {
  config: Config;
  log: Log;
  /** The database's address; with a password in it, so never shown. */
  url: string;
  pool: Pool;
  /** Without a statement timeout, for long work. */
  bulkPool: Pool;
  ledger: Ledger;
  sources: SourceBook;
  settings: CurrentSettings;
  checkpointFile: string;
  /** What must hold for the service to be ready. */
  readiness: Readiness;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  /** The service owns the embedded database; a command may be its guest while the service runs. */
  mode: 'owner' | 'guest';
  /** Checked when the service starts, so that it refuses early what it could only refuse late. */
  config?: Config;
}

export async function openRuntime({ mode, config = loadConfig() }: RuntimeOptions): Promise<Runtime> {
  // As far as it can be without a database: what is wrong in itself is said before anything is started.
  checkedPolicy(config.policy, null);
  const log = createLogger(config.logLevel);
  mkdirSync(config.dataDir, { recursive: true });
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const url = config.databaseUrl?.reveal() ?? (await embedded(config, log, mode, closing));
    await migrate(url);
    const onError = (error: Error) => {
      log.warn({ err: error }, 'an idle connection was lost');
    };
    const pool = createPool({ url, name: mode, max: 16, onError });
    const bulkPool = createPool({ url, name: `${mode} bulk`, max: 8, statementTimeoutMs: 0, onError });
    closing.push(
      () => pool.end(),
      () => bulkPool.end(),
    );
    const readiness = new Readiness();
    const checkpointFile = join(config.dataDir, 'checkpoints.ndjson');
    const parts = { pool, checkpointFile, logger: log };
    const ledger = config.ledgerUrl
      ? await createEventStoreLedger({ ...parts, ledgerUrl: config.ledgerUrl.reveal() })
      : await createPostgresLedger(parts);
    closing.push(() => ledger.close());
    const sources = new SourceBook(pool, ledger);
    await sources.reload();
    const policy = checkedPolicy(config.policy, [...sources.all(), ...config.sources]);
    const settings = new CurrentSettings(policy, sources);
    settings.adopt((await liveGeneration(pool))?.made ?? null);
    return { config, log, url, pool, bulkPool, ledger, sources, settings, checkpointFile, readiness, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function embedded(
  config: Config,
  log: Log,
  mode: RuntimeOptions['mode'],
  closing: (() => Promise<void>)[],
): Promise<string> {
  const database = await startEmbedded({ dataDir: config.dataDir, log, mode });
  closing.push(() => database.stop());
  return database.url;
}

/** The configuration file's sources, made known. */
export async function configureSources({ config, sources }: Runtime): Promise<void> {
  for (const {
    name,
    kind,
    timeZone,
    legalEntity,
    startsAt,
    expectedIntervalSeconds,
    mapping,
  } of config.sources) {
    const source: ProjectionSource = { name, kind, timeZone, legalEntity, startsAt, expectedIntervalSeconds };
    if (mapping !== undefined) source.mapping = checkedMapping(mapping, `sources: ${name}: mapping`);
    const result = await sources.configure(source, 'configuration');
    if (!result.ok) throw new ConfigError([`sources: ${name}: ${result.detail}`]);
  }
}

/** For a command: beside a running service, or without one. */
export async function withRuntime<T>(work: (runtime: Runtime) => Promise<T>): Promise<T> {
  const runtime = await openRuntime({ mode: 'guest' });
  try {
    return await work(runtime);
  } finally {
    await runtime.close();
  }
}

export function openReplays({ bulkPool: pool, url, ledger, settings, log }: Runtime): Replays {
  return new Replays({ pool, url, ledger, settings, log, onPromoted: insertPromotion });
}
