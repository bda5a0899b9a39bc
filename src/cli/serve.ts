import { writeError } from './output';
import type { Config } from '../platform/config';
import { readConfig } from './config';
import { createLogger } from '../platform/logging';
import { Interrupted, stopOnSignal } from '../platform/shutdown';
import { type Runtime, openRuntime } from './runtime';
import { listen, startService } from './service';

/** Serves until it is asked to end, also while it starts. */
export async function runServe(): Promise<void> {
  const config = readConfig();
  const log = createLogger(config.logLevel);
  const asked = new AbortController();
  const starting = start(config, asked.signal);
  stopOnSignal(
    async (signal) => {
      asked.abort(new Interrupted(signal));
      // Its error is what the signal made of it.
      const stop = await starting.catch(() => null);
      await stop?.();
    },
    (error) => {
      log.error({ err: error }, 'did not stop cleanly');
    },
  );
  try {
    await starting;
  } catch (error) {
    if (!asked.signal.aborted) throw error;
  }
}

/** Answers how to stop it. It listens first: what runs services asks for its health from then on. */
async function start(config: Config, signal: AbortSignal): Promise<() => Promise<void>> {
  const listening = await listen(config);
  writeError(`Tallystick starts at ${listening.url}\n`);
  let runtime: Runtime | null = null;
  try {
    const onPhase = (doing: string) => listening.listener.underWay(doing);
    runtime = await openRuntime({ mode: 'owner', config, signal, onPhase });
    const { close } = runtime;
    const service = await startService(runtime, listening);
    writeError(`Tallystick serves at ${service.url}\n`);
    if (config.keys.length === 0) {
      writeError(
        'No keys are configured: everyone on this machine may do everything, as local:unverified.\n',
      );
    }
    return async () => {
      await service.stop();
      await close();
    };
  } catch (error) {
    await listening.listener.abandon();
    await runtime?.close();
    throw error;
  }
}
