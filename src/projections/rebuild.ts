/**
 * A new generation from zero: the ledger streamed through the same engine, folded in memory within a bound, loaded in bulk,
 * caught up with what arrived meanwhile, and swapped in one transaction. It appends nothing, alerts nobody, and what it has
 * not finished nobody sees.
 */
import type { Pool } from 'pg';
import { dropAbandoned } from './abandoned';
import { type Building, type BuildingOptions, building } from './building';
import { CatchUp } from './catch-up';
import { CountedAhead } from './diff';
import { FoldHistory } from './fold-history';
import { compareWith, markReady } from './generation-progress';
import { dropOld } from './dropping';
import { assertUnattended } from './four-eyes';
import { type Guard, WAITS_MS, guardBuild } from './generation-locks';
import { GenerationRefused } from './generation-refused';
import { LIVE } from './generation-schema';
import { type Succession, liveGeneration, positionOf, promotable, promote } from './generations';
import { type Act, type OnPromoted, START, promotionOf } from './promotion';
import { type ProjectionSettings, fingerprint, madeByThisCode, madeOf, madeSettings } from './settings';

export interface RebuildOptions extends BuildingOptions {
  /** Of a draft that ends at `lastFact`: what the same facts are folded with to compare it. */
  basis?: ProjectionSettings;
  /** Where it is promoted too: called in the promotion's transaction. */
  onPromoted?: OnPromoted;
}

export interface Rebuilt {
  generation: number;
  position: number;
  cases: number;
  drifts: number;
}

export interface Built {
  generation: number;
  position: number;
}

/** Builds and promotes. Throws `GenerationRefused` where a person has to promote what it would change. */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { pool } = options;
  const live = await liveGeneration(pool);
  const next = { made: madeOf(options.settings), fingerprint: fingerprint(options.settings) };
  if (live) assertUnattended({ live, next });
  await dropAbandoned(pool);
  const built = await building({ ...options, purpose: 'rebuild' }, async (site) => {
    await raise(options, site);
    const position = await putLive(
      { ...options, generation: site.id, signal: site.signal, permit: assertUnattended },
      site.guard,
    );
    return { generation: site.id, position };
  });
  await dropOld(pool);
  return { ...built, ...(await count(pool)) };
}

/**
 * A generation beside the live one, complete up to what the ledger's head was, and ready to be compared and promoted; or one
 * that ends at `lastFact`, beside what it is compared with.
 */
export async function build(options: RebuildOptions): Promise<Built> {
  await dropAbandoned(options.pool);
  return building({ purpose: 'draft', ...options }, async (site) => ({
    generation: site.id,
    position: await raise(options, site),
  }));
}

async function raise(options: RebuildOptions, site: Building): Promise<number> {
  const { pool, basis, lastFact, upTo = lastFact ?? undefined } = options;
  const { id, signal, say: onProgress } = site;
  const history = { ...options, upTo, signal, onProgress };
  const position = await new FoldHistory(history, id, site.schema).run();
  if (basis) {
    await building(
      {
        ...history,
        settings: basis,
        purpose: 'basis',
        reason: `what is in force, to compare ${id} with`,
        again: undefined,
        onProgress: (progress) => site.say({ ...progress, phase: 'comparing' }),
        onBegun: (other) => compareWith(pool, id, other),
      },
      (beside) => raise({ ...history, settings: basis, basis: undefined }, beside),
    );
  }
  signal.throwIfAborted();
  await markReady(pool, id, site.interruptions);
  return position;
}

export interface PromoteOptions extends Pick<
  RebuildOptions,
  'pool' | 'ledger' | 'settings' | 'onProgress' | 'signal' | 'onPromoted'
> {
  generation: number;
  /** Throws where it may not be: asked when no other promotion is under way any more. */
  permit?: (succession: Succession) => void;
  act?: Act;
  /** For each lock; then rejects with `GenerationBusy`. */
  waitsMs?: number;
}

/**
 * Catches a generation up, by the settings that it was made with, and puts it in the live one's place; live folding waits for
 * the last bit only. A generation that was live before is promoted in the same way. Answers its position. Throws
 * `GenerationRefused` where it cannot be.
 */
export async function promoteGeneration(options: PromoteOptions): Promise<number> {
  const { pool, generation, waitsMs } = options;
  const guard = await guardBuild(pool, generation, { waitsMs });
  let position: number;
  try {
    position = await putLive({ waitsMs: WAITS_MS, ...options }, guard);
  } finally {
    await guard.release();
  }
  // The decision is over: dropping is another.
  await dropOld(pool);
  return position;
}

/** Only its guard may call this. */
async function putLive(options: PromoteOptions, guard: Guard): Promise<number> {
  const { pool, ledger, settings: now, generation: id, onProgress, signal } = options;
  const { permit, onPromoted, act = START, waitsMs } = options;
  const { schema, made, fingerprint } = await promotable(pool, id);
  if (!madeByThisCode(fingerprint))
    throw new GenerationRefused(`generation ${id} was made by another version of Tallystick: build it anew`);
  const { position: head } = await ledger.head();
  const catchUp = await CatchUp.open({ ledger, pool, settings: madeSettings(made, now), schema });
  const near = () =>
    catchUp.untilNear((position) => onProgress?.({ phase: 'catching-up', position, head }), signal);
  await near();
  // What is counted ahead is of the two that change places.
  await guard.decide();
  const counted = onPromoted ? await CountedAhead.open(pool, schema) : null;
  try {
    // Counting takes its time.
    await near();
    await promote(pool, id, {
      waitsMs,
      permit,
      catchUp: (client, livePosition) => catchUp.upTo(livePosition, client),
      tell: async (client, succession) => {
        if (!counted) return;
        const since = await positionOf(client, LIVE);
        const drifts = await counted.now(client, succession, since);
        const { position, instant } = catchUp;
        const handOver = { before: LIVE, after: succession.next.schema, since, instant };
        await onPromoted?.(client, promotionOf(succession, act, { position, drifts }), handOver);
      },
    });
  } finally {
    await counted?.close();
  }
  const { position } = catchUp;
  onProgress?.({ phase: 'promoted', position, head: Math.max(head, position) });
  return position;
}

async function count(pool: Pool): Promise<{ cases: number; drifts: number }> {
  const { rows } = await pool.query<{ cases: number; drifts: number }>(
    'SELECT (SELECT count(*) FROM live.cases) AS cases, (SELECT count(*) FROM live.drifts) AS drifts',
  );
  return rows[0] ?? { cases: 0, drifts: 0 };
}
