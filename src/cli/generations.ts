import type { Pool } from 'pg';
import { toCsv } from '../api/lists/csv';
import { diffColumns } from '../api/replays/diff-schema';
import { ConfigError } from '../platform/config';
import { type DiffSummary, diff, eachDifference, sectionNames } from '../projections/diff';
import { dropGeneration } from '../projections/dropping';
import { GenerationRefused } from '../projections/generation-refused';
import { findGeneration, lastFormer, listGenerations, liveGeneration } from '../projections/generations';
import { localActor } from '../platform/http/auth/actor';
import { recordedChanges } from '../projections/generation-progress';
import { columns } from './columns';
import { diffText } from './diff-text';
import { author, openDrafts } from './drafts';
import { createProgress } from './progress';
import { type Runtime, openReplays, withRuntime } from './runtime';
import { writeOut } from './output';

interface Output {
  json: boolean;
}

/** Generations that are there: the live one, former ones to go back to, drafts that are ready. */
export function runList({ json }: Output): Promise<void> {
  return withRuntime(async ({ pool }) => {
    const generations = await listGenerations(pool);
    const items = generations.map(({ id, status, lastFact, reason, createdAt, promotedAt }) => ({
      id,
      status,
      upTo: lastFact,
      reason,
      createdAt: createdAt.toISOString(),
      promotedAt: promotedAt?.toISOString() ?? null,
    }));
    if (json) print(JSON.stringify({ items }));
    else {
      const rows = items.map(({ id, status, upTo, reason, createdAt, promotedAt }) => [
        String(id),
        upTo === null ? status : `${status}, up to fact ${upTo}`,
        createdAt.slice(0, 19),
        promotedAt?.slice(0, 19) ?? '',
        reason ?? '',
      ]);
      print(columns([['id', 'status', 'built', 'promoted', 'reason'], ...rows]).trimEnd());
    }
  });
}

export interface DiffOptions extends Output {
  /** Every difference of `section`, not only the sums. */
  csv: boolean;
  ndjson: boolean;
  section: string;
}

/** What changes if it takes the live one's place; of the live one, what its promotion has changed. */
export function runDiff(id: string, { json, csv, ndjson, section: name }: DiffOptions): Promise<void> {
  const section = sectionNames.find((each) => each === name);
  if (!section)
    throw new ConfigError([`no section is named ${name}; the sections are ${sectionNames.join(', ')}`]);
  return withRuntime(async ({ bulkPool: pool, ledger, settings }) => {
    const parts = { pool, ledger, settings, generation: numberOf(id) };
    if (!csv && !ndjson) {
      const summary = (await recorded(pool, parts.generation)) ?? (await diff(parts));
      print(json ? JSON.stringify(summary) : diffText(summary).trimEnd());
      return;
    }
    const columns = diffColumns(section);
    if (csv) writeOut(toCsv(columns, []));
    await eachDifference(parts, section, (items) => {
      const text = csv
        ? toCsv(columns, items).replace(/^[^\n]*\n/, '')
        : items.map((item) => `${JSON.stringify(item)}\n`).join('');
      writeOut(text);
    });
  });
}

/** Of one that waits no more: what it changed when a start built it. */
async function recorded(pool: Pool, id: number): Promise<DiffSummary | null> {
  const status = (await findGeneration(pool, id))?.status;
  return status === 'ready' || status === undefined ? null : recordedChanges(pool, id);
}

export function runPromote(id: string, output: Output): Promise<void> {
  return withRuntime((runtime) => promote(runtime, numberOf(id), output));
}

/** Back to the generation that was live before. */
export function runRollback(output: Output): Promise<void> {
  return withRuntime(async (runtime) => {
    const live = await liveGeneration(runtime.pool);
    const last = await lastFormer(runtime.pool);
    if (!last) throw new GenerationRefused('no former generation is there to go back to');
    await promote(runtime, last.id, output, live?.id);
  });
}

async function promote(runtime: Runtime, generation: number, { json }: Output, over?: number): Promise<void> {
  const replays = openReplays(runtime);
  const { made, reason, requestedBy } = await replays.promotable(generation);
  // Nobody vouches for who sits at the command line.
  await replays.mayPromote(generation, localActor);
  const versions = await openDrafts(runtime).record(made, {
    ...author(reason),
    // A document that nobody drafted was written by who asked for its replay.
    ...(requestedBy === null ? {} : { actor: requestedBy }),
  });
  const progress = createProgress('promote', 'facts');
  try {
    const onProgress = ({ phase, position, head }: { phase: string; position: number; head: number }) => {
      progress.update(position, head, phase);
    };
    const position = await replays.promote(generation, localActor, { versions, over, onProgress });
    progress.stop();
    print(
      json
        ? JSON.stringify({ generation, position })
        : `Generation ${generation} is live, at fact ${position}.`,
    );
  } finally {
    progress.stop();
  }
}

export function runDrop(id: string, { json }: Output): Promise<void> {
  return withRuntime(async ({ pool }) => {
    const generation = numberOf(id);
    const known = (await listGenerations(pool)).find((each) => each.id === generation);
    if (!known) throw new GenerationRefused(`there is no generation ${id}`);
    if (known.status === 'live' || known.status === 'building')
      throw new GenerationRefused(
        `generation ${id} is ${known.status}: only drafts and former ones can be dropped`,
      );
    await dropGeneration(pool, generation, ['ready', 'former']);
    print(json ? JSON.stringify({ dropped: generation }) : `Generation ${generation} is dropped.`);
  });
}

function numberOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new GenerationRefused(`${text} is no generation's number`);
  return Number(text);
}

function print(text: string): void {
  writeOut(`${text}\n`);
}
