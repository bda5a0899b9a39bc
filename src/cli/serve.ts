import { stopOnSignal } from '../platform/shutdown';
import { openRuntime } from './runtime';
import { startService } from './service';
import { writeError } from './output';

/** Serves until it is asked to end. */
export async function runServe(): Promise<void> {
  const runtime = await openRuntime({ mode: 'owner' });
  const { log, config } = runtime;
  try {
    const service = await startService(runtime);
    writeError(`Tallystick serves at ${service.url}\n`);
    if (config.keys.length === 0) {
      writeError(
        'No keys are configured: everyone on this machine may do everything, as local:unverified.\n',
      );
    }
    stopOnSignal(
      async () => {
        await service.stop();
        await runtime.close();
      },
      (error) => {
        log.error({ err: error }, 'did not stop cleanly');
      },
    );
  } catch (error) {
    await runtime.close();
    throw error;
  }
}
