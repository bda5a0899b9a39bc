import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { kindFor } from '../domain/sources/registry';
import { type Imported, importMessages } from '../ingest/import-messages';
import { readIngestLimits } from '../ingest/limits';
import { proposer } from '../ingest/proposals';
import { defaultLimits } from '../ledger/limits';
import { localActor } from '../platform/http/auth/actor';
import { OWN_SOURCE } from '../projections/translate';
import { createProgress } from './progress';
import { writeOut } from './output';
import { type Runtime, configureSources, withRuntime } from './runtime';

export interface IngestOptions {
  source: string;
  /** A path, `-` for standard input. NDJSON or a JSON array; gzip when the name ends in `.gz`. */
  file: string;
  json: boolean;
}

const CHUNK_BYTES = 1024 * 1024;

/** Imports a file into the ledger, past the service: it may run meanwhile. True when the whole file was recorded. */
export async function runIngest(options: IngestOptions): Promise<boolean> {
  const size = options.file === '-' ? null : (await stat(options.file)).size;
  return withRuntime((runtime, signal) => ingest(runtime, options, size, signal), {
    creates: true,
    onInterrupt: 'what was recorded stays, and importing the file again is safe',
  });
}

async function ingest(
  runtime: Runtime,
  { source: name, file, json }: IngestOptions,
  size: number | null,
  signal: AbortSignal,
): Promise<boolean> {
  const progress = createProgress(`ingest ${name}`, 'facts');
  try {
    await configureSources(runtime);
    const started = performance.now();
    const input = open(file);
    const result = await importMessages({
      chunks: input.chunks,
      proposer: proposerFor(runtime, name),
      ledger: runtime.ledger,
      // Nobody waits for an answer here, so a message may be as long as the ledger takes.
      limits: { ...readIngestLimits(), messageBytes: defaultLimits.payloadBytes },
      signal,
      onProgress(_bytes, { recorded, duplicates }) {
        const done = recorded + duplicates;
        const share = size === null ? 1 : input.bytesRead() / size;
        progress.update(done, Math.round(done / share));
      },
    });
    progress.stop();
    tell(name, result, (performance.now() - started) / 1000, json);
    return result.stopped === null;
  } finally {
    progress.stop();
  }
}

function open(file: string): { chunks: AsyncIterable<Buffer>; bytesRead(): number } {
  if (file === '-') return { chunks: process.stdin, bytesRead: () => 0 };
  const stream = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  if (!file.endsWith('.gz')) return { chunks: stream, bytesRead: () => stream.bytesRead };
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  stream.once('error', (error) => gunzip.destroy(error));
  return { chunks: stream.pipe(gunzip), bytesRead: () => stream.bytesRead };
}

function proposerFor({ sources }: Runtime, name: string) {
  const settings = sources.get(name);
  const kind = settings && kindFor(settings);
  if (!settings || !kind || settings.kind === OWN_SOURCE) {
    const known = sources.all().map((source) => source.name);
    throw new Error(
      `There is no source ${JSON.stringify(name)}. ` +
        (known.length === 0
          ? 'None is configured: add sources to the configuration file.'
          : `Known: ${known.join(', ')}.`),
    );
  }
  return proposer(settings, kind, localActor.name);
}

function tell(source: string, result: Imported, seconds: number, json: boolean): void {
  const { stopped, ...counts } = result;
  const rate = Math.round((counts.recorded + counts.duplicates) / seconds);
  if (json) {
    const place = stopped && { code: stopped.code, ...stopped.place, reason: stopped.reason };
    const summary = { source, ...counts, stopped: place, seconds, factsPerSecond: rate };
    writeOut(`${JSON.stringify(summary)}\n`);
    return;
  }
  writeOut(
    `${counts.recorded} facts recorded, ${counts.duplicates} were there already; position ${counts.position}; ` +
      `${seconds.toFixed(1)} s, ${rate} facts/s.\n`,
  );
  if (counts.unreadable > 0) {
    writeOut(
      `${counts.unreadable} messages could not be read: they are recorded as they came, and quarantined.\n`,
    );
  }
  if (stopped) {
    writeOut(
      `The import stopped at ${stopped.message}. What came before is recorded; importing the file again is safe.\n`,
    );
  }
}
