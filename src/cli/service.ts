/** The whole service on a runtime: HTTP, ingest, projector and reactions, as far as `ROLE` asks for them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import { Listener } from '../api/listener';
import { createApp } from '../api/server';
import { Metrics } from '../api/metrics/metrics';
import { CheckpointWatch } from '../api/visibility/checkpoint-watch';
import { IngestModule } from '../ingest/ingest.module';
import { kafkaIngest } from '../ingest/kafka';
import { metered } from '../ledger/metered';
import type { Config } from '../platform/config';
import { kafkaWarnings } from '../platform/kafka/client';
import { kafkaLag } from '../platform/kafka/lag';
import { AppendMeter } from '../platform/metrics/append-meter';
import { FoldMeter } from '../platform/metrics/fold-meter';
import { TraceBook } from '../platform/traces/trace-book';
import { type Generation, ensureLive, liveVersion } from '../projections/generations';
import { isLedByOther } from '../projections/lease';
import { type LiveParts, LiveRunner } from '../projections/live';
import type { Made } from '../projections/settings';
import { type Upgraded, upgrade } from '../projections/upgrade';
import { insertOutbox } from '../reactions/outbox';
import { tellPromotion } from '../reactions/promotion-alert';
import { kafkaPublisher } from '../reactions/publisher';
import { senders } from '../reactions/senders';
import { type Runtime, configureSources, openReplays } from './runtime';

export interface Listening {
  listener: Listener;
  url: string;
}

/** Before anything is started: a port that is taken, or a name that is no address, ends the process at once. */
export async function listen({ port, host }: Pick<Config, 'port' | 'host'>): Promise<Listening> {
  const listener = new Listener();
  return { listener, url: await listener.listen(port, host) };
}

export interface Service {
  /** `http://127.0.0.1:7420` */
  url: string;
  /** Lets requests finish, commits, releases the lease. The runtime stays open. */
  stop(): Promise<void>;
}

/** @param listening what has listened since the process started; by default it listens from now on */
export async function startService(runtime: Runtime, listening?: Listening): Promise<Service> {
  const { listener, url } = listening ?? (await listen(runtime.config));
  try {
    return await startOn(runtime, listener, url);
  } catch (error) {
    await listener.abandon();
    throw error;
  }
}

async function startOn(runtime: Runtime, listener: Listener, url: string): Promise<Service> {
  const { config, pool, sources, settings, log, readiness } = runtime;
  const registry = new Registry();
  const ledger = metered(runtime.ledger, new AppendMeter(registry));
  const folds = new FoldMeter(registry);
  const traces = new TraceBook(pool, log);
  const stopping = new AbortController();
  await ensureLive(pool, settings);
  await configureSources(runtime);
  const adopt = ({ made }: Generation) => settings.follow(made);
  let watch: CheckpointWatch | null = null;
  const onVisible: LiveParts['onVisible'] = (facts) => {
    folds.visible(facts);
    watch?.told(facts.at(-1)?.position ?? 0);
  };
  const telling = { adopt, onEvents: insertOutbox, onVisible };
  const runner = new LiveRunner({ pool, ledger, settings, sources, log, ...telling });
  readiness.add('projector', () => runner.stands());
  const replays = openReplays(runtime);
  for (const warning of kafkaWarnings(config)) log.warn(warning);
  const lag = kafkaLag(config, log);
  const parts = {
    config,
    pool: runtime.apiPool,
    ledger,
    sources,
    replays,
    logger: log,
    kafkaLag: lag,
    registry,
    readiness,
    traces,
  };
  const modules = config.roles.includes('ingest') ? [IngestModule] : [];
  const app = await createApp({ ...parts, modules }, listener);
  app.get(Metrics).leads = () => runner.leads;
  watch = app.get(CheckpointWatch);
  const consumers = config.roles.includes('ingest')
    ? kafkaIngest({ config, ledger, sources, log, registry })
    : null;
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const sending = config.roles.includes('reactions')
    ? senders({ config, pool, log, link: config.publicUrl ?? url })
    : [];
  const publisher = config.roles.includes('reactions') ? kafkaPublisher({ config, pool, log }) : null;
  for (const sender of sending) sender.start();
  publisher?.start();
  consumers?.start();
  replays.watchForAbandoned();
  const projecting = config.roles.includes('projector')
    ? project(runtime, runner, stopping.signal)
    : Promise.resolve();
  listener.handOver();
  log.info({ url, roles: config.roles }, 'serving');
  return {
    url,
    async stop() {
      stopping.abort(new Error('the service stops'));
      // What they hold is given up at once: another replica may go on with it while this one answers its last requests.
      await Promise.all([
        app.close(),
        consumers?.stop(),
        publisher?.stop(),
        ...sending.map((each) => each.stop()),
      ]);
      await Promise.all([lag?.close(), traces.stop()]);
      await replays.stop();
      await projecting;
      await runner.stop();
    },
  };
}

/** A version that has taken this one's place is gone when nobody folds for so long. */
const GONE_AFTER_MS = 30_000;
const LOOKS_EVERY_MS = 5_000;

/**
 * What was made by other code, policy or source settings is another generation: the old one is served until the new one is
 * there, and only then does folding go on; or the old one is folded on, where its code is here, until a person promotes.
 */
async function project(runtime: Runtime, runner: LiveRunner, signal: AbortSignal): Promise<void> {
  const { bulkPool: pool, url, ledger, settings, log } = runtime;
  const wanted = (made: Made) => settings.wanted(made);
  const parts = {
    pool,
    url,
    ledger,
    log,
    wanted,
    holder: runner.holder,
    onPromoted: tellPromotion,
    signal,
  };
  const bringUp = () => upgrade(parts);
  const safely = async (): Promise<Upgraded | null> => {
    try {
      return await bringUp();
    } catch (error) {
      // Folding on with other code would mix two truths in one table; the runner does not.
      if (!signal.aborted)
        log.error({ err: error }, 'the new generation could not be built; the old one is served');
      return null;
    }
  };
  let outcome = await safely();
  if (!signal.aborted) runner.start();
  let decidedFor = await liveId(pool);
  let free = performance.now();
  for await (const _ of everyFewSeconds(signal)) {
    try {
      if (await isLedByOther(pool, runner.holder)) free = performance.now();
      const live = await liveId(pool);
      // Once for each generation that is live, and not while others fold on it.
      const decided = live === decidedFor && outcome !== 'behind';
      if (decided || performance.now() - free < GONE_AFTER_MS) continue;
      decidedFor = live;
    } catch (error) {
      log.warn({ err: error }, 'which generation is live could not be read; it is asked again');
      continue;
    }
    outcome = await safely();
  }
}

async function* everyFewSeconds(signal: AbortSignal): AsyncGenerator<void> {
  try {
    for (;;) {
      await delay(LOOKS_EVERY_MS, undefined, { signal });
      yield;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function liveId(pool: Pool): Promise<number | null> {
  return (await liveVersion(pool))?.id ?? null;
}
