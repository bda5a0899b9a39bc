/**
 * A new generation from zero: the ledger streamed through the same engine, folded in memory within a bound, loaded in bulk,
 * caught up with what arrived meanwhile, and swapped in one transaction. It appends nothing, alerts nobody, and what it has
 * not finished nobody sees.
 */
import type { Pool } from 'pg';
import { encodeRow, factRows } from '../ledger/fact-rows';
import type { Fact, Ledger } from '../ledger/port';
import type { FactRows } from '../ledger/rows';
import { withTransaction } from '../platform/pools';
import { gatherStatistics, indexOnce } from './bulk/indexes';
import type { Engine } from './engine/engine';
import {
  beginGeneration,
  dropAbandoned,
  dropGeneration,
  guardBuild,
  promote,
  setCheckpoint,
} from './generations';
import { lanesFor, openLanes } from './lanes/open-lanes';
import { blocksOf, resume } from './live';
import type { ProjectionSettings } from './settings';
import { GenerationStore } from './store';
import { readable } from './translate';

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

/** Facts left over that are folded while readers and the live runner wait; more are folded before. */
const LAST_STEP = 2_000;
const MAX_CASES = 400_000;
/** Cases that the last folding keeps in memory. */
const CACHED = 20_000;

export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { pool, settings } = options;
  await dropAbandoned(pool);
  const { id, schema } = await beginGeneration(pool, settings);
  const release = await guardBuild(pool, id);
  try {
    return await new Rebuild(options, id, schema).run();
  } catch (error) {
    await dropGeneration(pool, id);
    throw error;
  } finally {
    await release();
  }
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

class Rebuild {
  private position = 0;
  private head = 0;

  constructor(
    private readonly options: RebuildOptions,
    private readonly id: number,
    private readonly schema: string,
  ) {}

  async run(): Promise<Rebuilt> {
    const { pool } = this.options;
    await this.foldAll();
    await indexOnce(pool, this.id, this.schema);
    await gatherStatistics(pool, this.schema);
    await this.catchUp();
    this.say('promoted');
    return { generation: this.id, position: this.position, ...(await this.count()) };
  }

  /** Everything up to the head as it is now. */
  private async foldAll(): Promise<void> {
    const { ledger, pool, url, settings, signal, lanes, maxCases = MAX_CASES } = this.options;
    const head = await ledger.head();
    this.head = head.position;
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
      await setCheckpoint(pool, this.schema, { position: this.position, instant: head.recordedAt });
    } finally {
      await close();
    }
  }

  private async count(): Promise<{ cases: number; drifts: number }> {
    const { rows } = await this.options.pool.query<{ cases: number; drifts: number }>(
      'SELECT (SELECT count(*) FROM live.cases) AS cases, (SELECT count(*) FROM live.drifts) AS drifts',
    );
    return rows[0] ?? { cases: 0, drifts: 0 };
  }

  private say(phase: RebuildProgress['phase']): void {
    const { position } = this;
    this.options.onProgress?.({ phase, position, head: Math.max(this.head, position) });
  }

  /** What arrived meanwhile: in rounds while live goes on, and the last bit inside the swap. */
  private async catchUp(): Promise<void> {
    const { ledger, pool, settings, signal } = this.options;
    const store = new GenerationStore(pool, this.schema);
    const engine = await resume(store, settings);
    for (;;) {
      signal?.throwIfAborted();
      const facts = await ledger.page(engine.position, LAST_STEP);
      await this.fold(engine, facts);
      if (facts.length < LAST_STEP) break;
      this.say('catching-up');
      await withTransaction(pool, async (client) => {
        await store.write(client, { cases: engine.dirty, events: engine.events, chunks: engine.chunks });
        await setCheckpoint(client, this.schema, engine);
      });
      engine.settle(CACHED);
    }
    await promote(pool, this.id, async (client, livePosition) => {
      while (engine.position < livePosition)
        await this.fold(engine, await ledger.page(engine.position, LAST_STEP));
      await store.write(client, { cases: engine.dirty, events: engine.events, chunks: engine.chunks });
      await setCheckpoint(client, this.schema, engine);
    });
  }

  private async fold(engine: Engine, facts: readonly Fact[]): Promise<void> {
    const { settings } = this.options;
    for (const block of blocksOf(facts)) {
      await engine.fold(block.map((fact) => readable(fact, settings.source(fact.source))));
      const [failure] = engine.failures;
      // Live goes on without a case that cannot be judged; a rebuild stops and says which.
      if (failure) throw new Error(`case ${failure.key} could not be judged`, { cause: failure.error });
    }
    this.position = engine.position;
  }
}
