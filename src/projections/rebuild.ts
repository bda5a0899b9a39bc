/**
 * A new generation from zero: the ledger streamed through the same engine, folded in memory within a bound, loaded in bulk,
 * caught up with what arrived meanwhile, and swapped in one transaction. It appends nothing, alerts nobody, and what it has
 * not finished nobody sees.
 */
import type { ClientBase, Pool } from 'pg';
import { encodeRow, factRows } from '../ledger/fact-rows';
import type { Ledger } from '../ledger/port';
import type { FactRows } from '../ledger/rows';
import { indexAll } from './bulk/indexes';
import { CatchUp } from './catch-up';
import { driftChanges } from './diff';
import { LIVE, schemaName } from './generation-schema';
import {
  GenerationRefused,
  type Succession,
  beginGeneration,
  completeGeneration,
  dropAbandoned,
  dropGeneration,
  dropOld,
  guardBuild,
  markReady,
  promote,
  setCheckpoint,
} from './generations';
import { lanesFor, openLanes } from './lanes/open-lanes';
import { type Act, type OnPromoted, START, promotionOf } from './promotion';
import { type ProjectionSettings, madeByThisCode, madeSettings } from './settings';

export interface RebuildOptions {
  pool: Pool;
  ledger: Ledger;
  settings: ProjectionSettings;
  /** The database's address: with it a large ledger is folded in several threads. */
  url?: string;
  /** Orders are divided among so many; by the machine and the ledger's size unless set. */
  lanes?: number;
  /** Cases in memory at most; the longest untouched are stored early and read again when needed. Default 400,000. */
  maxCases?: number;
  onProgress?: (progress: RebuildProgress) => void;
  signal?: AbortSignal;
  /** A position that ends a block, to stop at; the head as it is when the build begins unless set. */
  upTo?: number;
  /** Why it is built and who asked for it, kept beside the generation. */
  reason?: string | null;
  requestedBy?: string;
  /** Told once the generation has a number. */
  onBegun?: (generation: number) => void;
  /** Where it is promoted too: called in the promotion's transaction. */
  onPromoted?: OnPromoted;
}

export interface RebuildProgress {
  phase: 'folding' | 'loading' | 'catching-up' | 'promoted';
  position: number;
  head: number;
}

export interface Rebuilt {
  generation: number;
  position: number;
  cases: number;
  drifts: number;
}

const MAX_CASES = 400_000;

export interface Built {
  generation: number;
  position: number;
}

/** Builds and promotes. */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { pool } = options;
  const built = await build(options);
  try {
    const position = await promoteGeneration({ ...options, generation: built.generation });
    return { generation: built.generation, position, ...(await count(pool)) };
  } catch (error) {
    await dropGeneration(pool, built.generation);
    throw error;
  }
}

/** A generation beside the live one, complete up to what the ledger's head was, and ready to be compared and promoted. */
export async function build(options: RebuildOptions): Promise<Built> {
  const { pool, settings, reason, requestedBy, onBegun } = options;
  await dropAbandoned(pool);
  const { id, schema } = await beginGeneration(pool, settings, { reason, requestedBy });
  const release = await guardBuild(pool, id);
  onBegun?.(id);
  try {
    const position = await new Build(options, id, schema).run();
    await markReady(pool, id);
    return { generation: id, position };
  } catch (error) {
    await dropGeneration(pool, id);
    throw error;
  } finally {
    await release();
  }
}

export interface PromoteOptions extends Pick<
  RebuildOptions,
  'pool' | 'ledger' | 'settings' | 'onProgress' | 'signal' | 'onPromoted'
> {
  generation: number;
  /** Throws where it may not be: asked when no other promotion is under way any more. */
  permit?: (succession: Succession) => void;
  act?: Act;
}

/**
 * Catches a generation up, by the settings that it was made with, and puts it in the live one's place; live folding waits for
 * the last bit only. A generation that was live before is promoted in the same way. Answers its position. Throws
 * `GenerationRefused` where it cannot be.
 */
export async function promoteGeneration(options: PromoteOptions): Promise<number> {
  const { pool, ledger, settings: now, generation: id, onProgress, signal, permit } = options;
  const release = await guardBuild(pool, id);
  try {
    const { schema, made, status, fingerprint } = await completeGeneration(pool, id);
    if (status === 'live') throw new GenerationRefused(`generation ${id} is live already`);
    if (!madeByThisCode(fingerprint))
      throw new GenerationRefused(
        `generation ${id} was made by another version of Tallystick: build it anew`,
      );
    const { position: head } = await ledger.head();
    const catchUp = await CatchUp.open({ ledger, pool, settings: madeSettings(made, now), schema });
    await catchUp.untilNear((position) => onProgress?.({ phase: 'catching-up', position, head }), signal);
    await promote(pool, id, {
      permit,
      catchUp: (client, livePosition) => catchUp.upTo(livePosition, client),
      tell: (client, succession) => tell(client, succession, catchUp.position, options),
    });
    await dropOld(pool);
    const { position } = catchUp;
    onProgress?.({ phase: 'promoted', position, head: Math.max(head, position) });
    return position;
  } finally {
    await release();
  }
}

async function tell(
  client: ClientBase,
  succession: Succession,
  position: number,
  { onPromoted, act = START }: Pick<PromoteOptions, 'onPromoted' | 'act'>,
): Promise<void> {
  if (!onPromoted) return;
  const drifts = await driftChanges(client, { before: LIVE, after: schemaName(succession.next.schema) });
  await onPromoted(client, promotionOf(succession, act, { position, drifts }));
}

async function count(pool: Pool): Promise<{ cases: number; drifts: number }> {
  const { rows } = await pool.query<{ cases: number; drifts: number }>(
    'SELECT (SELECT count(*) FROM live.cases) AS cases, (SELECT count(*) FROM live.drifts) AS drifts',
  );
  return rows[0] ?? { cases: 0, drifts: 0 };
}

/** A ledger that keeps no rows has them made. */
async function* rowsOf(
  ledger: Ledger,
  options: { upTo: number; signal: AbortSignal | undefined },
): AsyncGenerator<FactRows> {
  if (ledger.rows) yield* ledger.rows(0, options);
  else {
    const rows = factRows(true);
    for await (const facts of ledger.read(0, options)) {
      rows.push(Buffer.concat(facts.map(encodeRow)));
      yield rows;
    }
  }
}

class Build {
  private position = 0;
  private head = 0;

  constructor(
    private readonly options: RebuildOptions,
    private readonly id: number,
    private readonly schema: string,
  ) {}

  /** Everything up to the head as it is now, or to where it shall stop. Answers where that was. */
  async run(): Promise<number> {
    const { pool, url, ledger, settings, signal, lanes, maxCases = MAX_CASES } = this.options;
    const end = await this.end();
    this.head = end.position;
    const count = lanes ?? lanesFor(this.head, url);
    const onFolded = (position: number) => {
      this.position = position;
      this.say('folding');
    };
    const { conductor, load, close } = openLanes(count, {
      pool,
      url: count > 1 ? url : undefined,
      generation: this.id,
      schema: this.schema,
      maxCases,
      settings,
      onFolded,
    });
    try {
      await conductor.fold(rowsOf(ledger, { upTo: this.head, signal }));
      this.say('loading');
      await load();
      await setCheckpoint(pool, this.schema, { position: this.position, instant: end.recordedAt });
      await Promise.all([close(), indexAll(pool, this.id, this.schema)]);
      return this.position;
    } finally {
      await close();
    }
  }

  private async end(): Promise<{ position: number; recordedAt: number }> {
    const { ledger, upTo } = this.options;
    if (upTo === undefined) return ledger.head();
    const [last] = await ledger.at([upTo]);
    return last ?? { position: 0, recordedAt: 0 };
  }

  private say(phase: RebuildProgress['phase']): void {
    const { position } = this;
    this.options.onProgress?.({ phase, position, head: Math.max(this.head, position) });
  }
}
