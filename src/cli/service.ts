/** The whole service on a runtime: HTTP, ingest, projector and reactions, as far as `ROLE` asks for them. */
import type { AddressInfo } from 'node:net';
import { createApp } from '../api/server';
import { IngestModule } from '../ingest/ingest.module';
import { changedSources, fingerprint } from '../projections/settings';
import { type Generation, ensureLive, liveGeneration } from '../projections/generations';
import { LiveRunner } from '../projections/live';
import { rebuild } from '../projections/rebuild';
import { insertOutbox } from '../reactions/outbox';
import { OutboxSender } from '../reactions/sender';
import { type Runtime, configureSources, openReplays } from './runtime';

export interface Service {
  /** `http://127.0.0.1:7420` */
  url: string;
  /** Lets requests finish, commits, releases the lease. The runtime stays open. */
  stop(): Promise<void>;
}

export async function startService(runtime: Runtime): Promise<Service> {
  const { config, pool, ledger, sources, settings, log } = runtime;
  const stopping = new AbortController();
  await ensureLive(pool, settings);
  await configureSources(runtime);
  const adopt = ({ made }: Generation) => settings.adopt(made);
  const runner = new LiveRunner({ pool, ledger, settings, sources, log, adopt, onEvents: insertOutbox });
  const replays = openReplays(runtime);
  const parts = { config, pool, ledger, sources, replays, logger: log };
  const app = await createApp({ ...parts, modules: [IngestModule] });
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    await app.close();
    throw portTaken(error, config.port);
  }
  const { address, port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
  const sender = new OutboxSender({ pool, log, webhookUrl: config.slack.webhookUrl, link: url });
  if (config.roles.includes('reactions')) sender.start();
  replays.watchForAbandoned();
  const projecting = config.roles.includes('projector')
    ? project(runtime, runner, stopping.signal)
    : Promise.resolve();
  log.info({ url, roles: config.roles }, 'serving');
  return {
    url,
    async stop() {
      stopping.abort(new Error('the service stops'));
      await app.close();
      await replays.stop();
      await projecting;
      await runner.stop();
      await sender.stop();
    },
  };
}

function portTaken(error: unknown, port: number): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  return new Error(`Port ${port} is in use: set PORT to another one, or to 0 for any that is free.`, {
    cause: error,
  });
}

/**
 * Rows made by other code, policy or source settings are another generation: the old one is served until the new one is
 * built, and only then does folding go on.
 */
async function project(runtime: Runtime, runner: LiveRunner, signal: AbortSignal): Promise<void> {
  const { bulkPool, url, ledger, settings, log } = runtime;
  try {
    const live = await liveGeneration(bulkPool);
    const changed = changedSources(live?.made.sources ?? [], settings);
    if (live && (live.fingerprint !== fingerprint(settings) || changed.length > 0)) {
      log.info(
        { generation: live.id, changed },
        'code, policy or sources changed: building a new generation; the old one is served',
      );
      const result = await rebuild({ pool: bulkPool, url, ledger, settings, signal });
      log.info(result, 'new generation is live');
    }
  } catch (error) {
    if (signal.aborted) return;
    // Folding on with other code would mix two truths in one table, so nothing is folded until somebody has looked.
    log.error(
      { err: error },
      'the new generation could not be built; the old one is served and stands still',
    );
    return;
  }
  if (!signal.aborted) runner.start();
}
