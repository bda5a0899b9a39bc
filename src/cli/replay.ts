import { rebuild } from '../projections/rebuild';
import { ensureLive } from '../projections/generations';
import { createProgress } from './progress';
import { openRuntime } from './runtime';

export interface ReplayOptions {
  json: boolean;
  maxCases?: number;
}

/** Rebuilds the read models from the ledger into a new generation and puts it in the live one's place. */
export async function runReplay({ json, maxCases }: ReplayOptions): Promise<void> {
  const runtime = await openRuntime({ mode: 'guest' });
  const progress = createProgress('replay', 'facts');
  const stop = new AbortController();
  const abort = () => {
    stop.abort(new Error('interrupted; the live generation is untouched'));
  };
  process.once('SIGINT', abort).once('SIGTERM', abort);
  try {
    const { bulkPool: pool, url, ledger, settings } = runtime;
    await ensureLive(pool, settings);
    const started = performance.now();
    const result = await rebuild({
      pool,
      url,
      ledger,
      settings,
      maxCases,
      signal: stop.signal,
      onProgress: ({ phase, position, head }) => {
        progress.update(position, head, phase);
      },
    });
    progress.stop();
    const seconds = (performance.now() - started) / 1000;
    const rate = Math.round(result.position / seconds);
    if (json) process.stdout.write(`${JSON.stringify({ ...result, seconds, factsPerSecond: rate })}\n`);
    else {
      process.stdout.write(
        `Generation ${result.generation} is live: ${result.position} facts in ${seconds.toFixed(1)} s (${rate} facts/s), ` +
          `${result.cases} cases, ${result.drifts} drifts.\n`,
      );
    }
  } finally {
    progress.stop();
    process.off('SIGINT', abort).off('SIGTERM', abort);
    await runtime.close();
  }
}
