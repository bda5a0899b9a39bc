import { Mappings } from '../domain/mapping/mappings';
import type { MappingDocument } from '../domain/mapping/tables';
import type { Policy } from '../domain/policy';
import { parseInstant } from '../domain/facts/instant';
import { ConfigError } from '../platform/config';
import { diff } from '../projections/diff';
import { LIVE } from '../projections/generation-schema';
import { ensureLive, liveGeneration, positionOf } from '../projections/generations';
import { type End, lastFactOf } from '../projections/last-fact';
import { build, rebuild } from '../projections/rebuild';
import { madeSettings } from '../projections/settings';
import { tellPromotion } from '../reactions/promotion-alert';
import { diffText } from './diff-text';
import { readMappingFile, readPolicyFile } from './document-file';
import { openDrafts } from './drafts';
import { createProgress } from './progress';
import { writeOut } from './output';
import { type Runtime, withRuntime } from './runtime';

export interface ReplayOptions {
  json: boolean;
  maxCases?: number;
  /** A file, or `draft` for the last version that was drafted: what it changes is shown, and nothing is promoted. */
  policy?: string;
  mapping?: string;
  reason?: string;
  /** A position or a time: what the draft would have shown then, beside what is in force. */
  upTo?: string;
}

/** What a shadow is made with, where it is not what is in force. */
interface Draft {
  policy: Policy | null;
  mapping: MappingDocument | null;
}

/**
 * Rebuilds the read models from the ledger into a new generation. Without a draft it takes the live one's place; with one it
 * stays beside it, and what would change is printed.
 */
export async function runReplay(options: ReplayOptions): Promise<void> {
  const isDraft = options.policy !== undefined || options.mapping !== undefined;
  const end = options.upTo === undefined ? null : endOf(options.upTo);
  if (end && !isDraft)
    throw new ConfigError([
      '--up-to shows what a draft would have found: say which, by --mapping, --policy, or both',
    ]);
  await withRuntime(
    async (runtime, signal) => {
      await ensureLive(runtime.bulkPool, runtime.settings);
      if (!isDraft) await replace(runtime, options, signal);
      else await shadow(runtime, { ...options, draft: await draftOf(runtime, options), end }, signal);
    },
    { onInterrupt: 'the live generation is untouched' },
  );
}

function endOf(text: string): End {
  if (/^[1-9]\d{0,14}$/.test(text)) return { position: Number(text) };
  const at = /(z|[+-]\d\d:\d\d)$/i.test(text) ? parseInstant(text) : null;
  if (at !== null) return { at };
  throw new ConfigError([
    `--up-to ${text} is neither a position nor a time with a zone, such as 2026-10-31T23:59:59Z`,
  ]);
}

const DRAFT = 'draft';

async function draftOf(runtime: Runtime, { policy, mapping }: ReplayOptions): Promise<Draft> {
  const drafts = openDrafts(runtime);
  const { sources } = runtime;
  return {
    policy:
      policy === undefined
        ? null
        : policy === DRAFT
          ? ((await drafts.policyDraft()) ?? nothing('policy'))
          : readPolicyFile(policy, sources.all()),
    mapping:
      mapping === undefined
        ? null
        : mapping === DRAFT
          ? ((await drafts.mappingDraft()) ?? nothing('mapping'))
          : readMappingFile(mapping, sources.all()),
  };
}

function nothing(what: string): never {
  throw new ConfigError([
    `no ${what} is drafted that is not in force: draft one by \`tallystick ${what} edit\``,
  ]);
}

async function replace(runtime: Runtime, options: ReplayOptions, signal: AbortSignal): Promise<void> {
  const { settings } = runtime;
  const { result, seconds } = await timed((onProgress) =>
    rebuild({ ...parts(runtime, options), settings, signal, onProgress, onPromoted: tellPromotion }),
  );
  const rate = Math.round(result.position / seconds);
  if (options.json) writeOut(`${JSON.stringify({ ...result, seconds, factsPerSecond: rate })}\n`);
  else {
    writeOut(
      `Generation ${result.generation} is live: ${result.position} facts in ${seconds.toFixed(1)} s (${rate} facts/s), ` +
        `${result.cases} cases, ${result.drifts} drifts.\n`,
    );
  }
}

async function shadow(
  runtime: Runtime,
  options: ReplayOptions & { draft: Draft; end: End | null },
  signal: AbortSignal,
): Promise<void> {
  const { bulkPool: pool, ledger, settings: now } = runtime;
  const settings = {
    policy: options.draft.policy ?? now.policy,
    configured: now.configured,
    mapping: options.draft.mapping ? new Mappings(options.draft.mapping) : now.mapping,
    source: (name: string) => now.source(name),
    sources: () => now.sources(),
  };
  const lastFact = options.end && (await lastFactOf(ledger, options.end, Date.now()));
  // As far as live: what is not folded there yet cannot be compared.
  const upTo = lastFact ?? (await positionOf(pool, LIVE));
  const made = (await liveGeneration(pool))?.made;
  const basis = made && lastFact !== null ? madeSettings(made, now) : undefined;
  const { result, seconds } = await timed((onProgress) =>
    build({ ...parts(runtime, options), settings, signal, onProgress, upTo, lastFact, basis }),
  );
  const { generation } = result;
  const changes = await diff({ pool, ledger, settings: now, generation });
  if (options.json) writeOut(`${JSON.stringify({ ...changes, seconds })}\n`);
  else {
    const { position: head } = await ledger.head();
    const behind = lastFact === null && changes.position < head;
    const drop = `  tallystick generations drop ${generation}        forget it\n`;
    writeOut(
      `Generation ${generation} is ready, built in ${seconds.toFixed(1)} s beside the live one.\n\n${diffText(changes)}` +
        (behind ? `The live one has not folded all facts yet: ${head} are recorded.\n\n` : '\n') +
        (lastFact === null
          ? `  tallystick generations promote ${generation}     put it in force\n${drop}`
          : `It ends at fact ${lastFact}, as does what it is compared with, so it cannot be put in force.\n\n${drop}`),
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
