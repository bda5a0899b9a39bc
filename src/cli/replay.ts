import { diff } from '../projections/diff';
import { ensureLive } from '../projections/generations';
import { build, rebuild } from '../projections/rebuild';
import { diffText } from './diff-text';
import { readPolicyFile } from './policy-file';
import { createProgress } from './progress';
import { type Runtime, openRuntime } from './runtime';

export interface ReplayOptions {
  json: boolean;
  maxCases?: number;
  /** A file with a draft: what it changes is shown, and nothing is promoted. */
  policy?: string;
  reason?: string;
}

/**
 * Rebuilds the read models from the ledger into a new generation. Without a draft it takes the live one's place; with one it
 * stays beside it, and what would change is printed.
 */
export async function runReplay(options: ReplayOptions): Promise<void> {
  const draft = options.policy === undefined ? null : readPolicyFile(options.policy);
  const runtime = await openRuntime({ mode: 'guest' });
  const stop = new AbortController();
  const abort = () => {
    stop.abort(new Error('interrupted; the live generation is untouched'));
  };
  process.once('SIGINT', abort).once('SIGTERM', abort);
  try {
    await ensureLive(runtime.bulkPool, runtime.settings);
    if (draft === null) await replace(runtime, options, stop.signal);
    else await shadow(runtime, { ...options, draft }, stop.signal);
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
    await runtime.close();
  }
}

async function replace(runtime: Runtime, options: ReplayOptions, signal: AbortSignal): Promise<void> {
  const { settings } = runtime;
  const { result, seconds } = await timed((onProgress) =>
    rebuild({ ...parts(runtime, options), settings, signal, onProgress }),
  );
  const rate = Math.round(result.position / seconds);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...result, seconds, factsPerSecond: rate })}\n`);
  else {
    process.stdout.write(
      `Generation ${result.generation} is live: ${result.position} facts in ${seconds.toFixed(1)} s (${rate} facts/s), ` +
        `${result.cases} cases, ${result.drifts} drifts.\n`,
    );
  }
}

async function shadow(
  runtime: Runtime,
  options: ReplayOptions & { draft: ReturnType<typeof readPolicyFile> },
  signal: AbortSignal,
): Promise<void> {
  const { bulkPool: pool, ledger, settings: now } = runtime;
  const settings = {
    policy: options.draft,
    configured: now.configured,
    mapping: now.mapping,
    source: (name: string) => now.source(name),
    sources: () => now.sources(),
  };
  const { result, seconds } = await timed((onProgress) =>
    build({ ...parts(runtime, options), settings, signal, onProgress }),
  );
  const { generation } = result;
  const changes = await diff({ pool, ledger, settings: now, generation });
  if (options.json) process.stdout.write(`${JSON.stringify({ ...changes, seconds })}\n`);
  else {
    process.stdout.write(
      `Generation ${generation} is ready, built in ${seconds.toFixed(1)} s beside the live one.\n\n${diffText(changes)}\n` +
        `  tallystick generations promote ${generation}     put it in force\n` +
        `  tallystick generations drop ${generation}        forget it\n`,
    );
  }
}

function parts({ bulkPool: pool, url, ledger }: Runtime, { maxCases, reason }: ReplayOptions) {
  return { pool, url, ledger, maxCases, reason };
}

type OnProgress = NonNullable<Parameters<typeof build>[0]['onProgress']>;

async function timed<T>(
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<{ result: T; seconds: number }> {
  const progress = createProgress('replay', 'facts');
  const started = performance.now();
  try {
    const result = await work(({ phase, position, head }) => {
      progress.update(position, head, phase);
    });
    return { result, seconds: (performance.now() - started) / 1000 };
  } finally {
    progress.stop();
  }
}
