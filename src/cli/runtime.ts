/** What every command stands on: configuration, database (embedded unless a URL is given), ledger, sources, settings. */
import { join } from 'node:path';
import type { Pool } from 'pg';
import { type EventStoreLedgerOptions, createEventStoreLedger } from '../ledger/eventstoredb';
import { ledgerUrl } from '../ledger/eventstoredb/url';
import type { Ledger } from '../ledger/port';
import { createPostgresLedger } from '../ledger/postgres';
import { ConfigError, type Config } from '../platform/config';
import { readConfig } from './config';
import { checkDatabase } from '../platform/database/check-url';
import { assertInitialised, makeDataDir } from '../platform/database/cluster';
import { type EmbeddedDatabase, startEmbedded } from '../platform/database/embedded';
import { type Log, createLogger } from '../platform/logging';
import { Readiness } from '../platform/readiness';
import { assertMigrated, migrate } from '../platform/migrations/migrate';
import { ANSWERS_SOON, createPool } from '../platform/pools';
import { Interrupted, aborted, onceAsked } from '../platform/shutdown';
import { Replays } from '../projections/replays';
import { SourceBook } from '../projections/sources';
import { checkedMapping } from './mapping-file';
import { checkedPolicy } from './document-file';
import { liveGeneration } from '../projections/generations';
import { tellPromotion } from '../reactions/promotion-alert';
import { CurrentSettings, type ProjectionSource } from '../projections/settings';

export interface Runtime {
  config: Config;
  log: Log;
  /** The database's address; with a password in it, so never shown. */
  url: string;
  pool: Pool;
  /** For what somebody waits for: nothing on it takes longer than a caller waits. */
  apiPool: Pool;
  /** Without a statement timeout, for long work. */
  bulkPool: Pool;
  ledger: Ledger;
  sources: SourceBook;
  settings: CurrentSettings;
  checkpointFile: string;
  /** What must hold for the service to be ready. */
  readiness: Readiness;
  close(): Promise<void>;
  /** For a process that ends at once: stops the embedded database, and waits for no statement. */
  abandon(): Promise<void>;
}

export interface RuntimeOptions {
  /** The service owns the embedded database; a command may be its guest while the service runs. */
  mode: 'owner' | 'guest';
  /** Checked when the service starts, so that it refuses early what it could only refuse late. */
  config?: Config;
  /** Whether it may make a database, and tables. What only reads may not: it would find nothing there. Default: as the owner. */
  creates?: boolean;
  /** Ends a start that is under way, at whatever moment: it rejects with the signal's reason, and leaves no PostgreSQL behind. */
  signal?: AbortSignal;
  /** Told what the start is at: a sentence without its full stop. */
  onPhase?: (doing: string) => void;
  /** The facts are only read, also where they are the copy of a stream. */
  asCopy?: boolean;
}

/** A service waits for the server of its ledger; whoever runs a command is told. */
const COMMAND_WAITS_MS = 10_000;
const TELL_EVERY_MS = 500;

export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { mode, config = readConfig(), creates = mode === 'owner', signal, asCopy } = options;
  const onPhase = options.onPhase ?? (() => undefined);
  if (config.ledgerUrl) ledgerUrl(config.ledgerUrl.reveal());
  const log = createLogger(config.logLevel);
  if (creates) await makeDataDir(config.dataDir);
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  let embedded: EmbeddedDatabase | null = null;
  const abandon = async () => embedded?.stop();
  const interrupted = aborted(signal);
  const orInterrupted = <T>(work: Promise<T>) => Promise.race([work, interrupted]);
  try {
    onPhase(config.databaseUrl ? 'It connects to the database' : 'It starts the embedded PostgreSQL');
    if (config.databaseUrl) await orInterrupted(checkDatabase(config.databaseUrl.reveal()));
    else {
      if (!creates) await assertInitialised(config.dataDir);
      embedded = await startEmbedded({ dataDir: config.dataDir, log, mode, signal });
      closing.push(abandon);
    }
    const url = embedded?.url ?? config.databaseUrl?.reveal() ?? '';
    onPhase('It brings the tables of the database up to this version');
    await orInterrupted<unknown>(creates ? migrate(url) : assertMigrated(url));
    const onError = (error: Error) => {
      log.warn({ err: error }, 'an idle connection was lost');
    };
    const pool = createPool({ url, name: mode, max: 12, onError });
    const apiPool = createPool({ url, name: `${mode} api`, max: 10, ...ANSWERS_SOON, onError });
    const bulkPool = createPool({ url, name: `${mode} bulk`, max: 8, statementTimeoutMs: 0, onError });
    closing.push(
      () => pool.end(),
      () => apiPool.end(),
      () => bulkPool.end(),
    );
    const readiness = new Readiness();
    const checkpointFile = join(config.dataDir, 'checkpoints.ndjson');
    const limits = { clockAheadMs: config.clockAheadSeconds * 1_000 };
    const parts = { pool, checkpointFile, checkpointAtStart: mode === 'owner', limits, logger: log };
    onPhase('It opens the ledger');
    const ledger = await orInterrupted(
      config.ledgerUrl
        ? openStream({
            ...{ ...parts, signal, onPhase, readiness },
            ledgerUrl: config.ledgerUrl.reveal(),
            ...(mode === 'guest' && { waitMs: COMMAND_WAITS_MS }),
          })
        : createPostgresLedger({ ...parts, asCopy }),
    );
    closing.push(() => ledger.close());
    onPhase('It reads its sources and settings');
    const sources = new SourceBook(pool, ledger);
    await orInterrupted(sources.reload());
    const policy = checkedPolicy(config.policy, [...sources.all(), ...config.sources]);
    const settings = new CurrentSettings(policy, sources);
    settings.adopt((await orInterrupted(liveGeneration(pool)))?.made ?? null);
    signal?.throwIfAborted();
    return {
      config,
      log,
      url,
      pool,
      apiPool,
      bulkPool,
      ledger,
      sources,
      settings,
      checkpointFile,
      readiness,
      close,
      abandon,
    };
  } catch (error) {
    // The rest waits for statements that are under way, and ends with the process.
    await (signal?.aborted ? abandon() : close());
    throw error;
  }
}

/** The ledger on EventStoreDB: what it waits for, or copies, is told while it is opened, and afterwards wherever readiness is asked for. */
async function openStream({
  onPhase,
  readiness,
  ...options
}: EventStoreLedgerOptions & { onPhase: (doing: string) => void; readiness: Readiness }): Promise<Ledger> {
  let told: () => string | null = () => null;
  const telling = setInterval(() => {
    const reason = told();
    if (reason !== null) onPhase(`It opens the ledger: ${reason}`);
  }, TELL_EVERY_MS);
  const onReason = (reason: () => string | null) => {
    told = reason;
    readiness.add('ledger-stream', reason);
  };
  try {
    return await createEventStoreLedger({ ...options, onReason });
  } finally {
    clearInterval(telling);
  }
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

export interface CommandOptions extends Pick<RuntimeOptions, 'config' | 'creates' | 'asCopy'> {
  /** For work that looks at the signal and ends by itself: what that leaves. Other work is left where it is. */
  onInterrupt?: string;
}

/**
 * For a command: beside a running service, or without one. When it is asked to end, at whatever moment, no PostgreSQL of it
 * stays behind, and it rejects with `Interrupted`, or with what the work made of the signal.
 */
export async function withRuntime<T>(
  work: (runtime: Runtime, signal: AbortSignal) => Promise<T>,
  { config, creates = false, asCopy, onInterrupt }: CommandOptions = {},
): Promise<T> {
  const asked = new AbortController();
  const { signal } = asked;
  const remove = onceAsked((name) => asked.abort(new Interrupted(name, onInterrupt)));
  try {
    const runtime = await openRuntime({ mode: 'guest', config, creates, asCopy, signal });
    const working = work(runtime, signal);
    try {
      return await (onInterrupt !== undefined ? working : Promise.race([working, aborted(signal)]));
    } finally {
      await (signal.aborted && onInterrupt === undefined ? runtime.abandon() : runtime.close());
    }
  } finally {
    remove();
  }
}

export function openReplays({ bulkPool: pool, url, ledger, settings, log }: Runtime): Replays {
  return new Replays({ pool, url, ledger, settings, log, onPromoted: tellPromotion });
}
