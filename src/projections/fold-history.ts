/** All facts of the ledger folded into the empty tables of one generation: streamed, folded in memory within a bound, loaded in bulk. */
import type { Pool } from 'pg';
import { encodeRow, factRows } from '../ledger/fact-rows';
import type { Ledger } from '../ledger/port';
import type { FactRows } from '../ledger/rows';
import { indexAll, indexOnce } from './bulk/indexes';
import { CatchUp } from './catch-up';
import { generationTables, schemaName } from './generation-schema';
import { isOfFacts, readFoldFailures } from './fold-failures';
import { setCheckpoint } from './generations';
import { lanesFor, openLanes } from './lanes/open-lanes';
import { type ProjectionSettings, fingerprint } from './settings';

export interface HistoryOptions {
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
  /** The last position that is folded; the head as it is when the build begins unless set. */
  upTo?: number;
  /** Told why what is quick did not do, before what is slow and finds the facts at fault begins. */
  onSlow?: (error: Error) => void;
}

export interface RebuildProgress {
  /** `comparing`: what is in force is folded up to the same fact. */
  phase: 'folding' | 'loading' | 'comparing' | 'catching-up' | 'promoted';
  position: number;
  head: number;
}

const MAX_CASES = 400_000;

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

export class FoldHistory {
  private position = 0;
  private head = 0;

  constructor(
    private readonly options: HistoryOptions,
    private readonly id: number,
    private readonly schema: string,
  ) {}

  /** Everything up to the head as it is now, or to where it shall stop. Answers the last position that was folded. */
  async run(): Promise<number> {
    const { signal } = this.options;
    const end = await this.end();
    this.head = end.position;
    try {
      return await this.inLanes(end);
    } catch (error) {
      if (signal?.aborted || !isOfFacts(error)) throw error;
      this.options.onSlow?.(error);
      return await this.oneByOne(end.position);
    }
  }

  private async inLanes(end: { recordedAt: number }): Promise<number> {
    const { pool, url, ledger, settings, signal, lanes, maxCases = MAX_CASES } = this.options;
    const count = lanes ?? lanesFor(this.head, url);
    const failures = await readFoldFailures(pool, fingerprint(settings));
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
      failures,
      onFolded,
    });
    try {
      await conductor.fold(rowsOf(ledger, { upTo: this.head, signal }));
      signal?.throwIfAborted();
      this.say('loading');
      await load();
      await setCheckpoint(pool, this.schema, { position: this.position, instant: end.recordedAt });
      signal?.throwIfAborted();
      await Promise.all([close(), indexAll(pool, this.id, this.schema)]);
      return this.position;
    } finally {
      await conductor.ended().catch(() => undefined);
      await close();
    }
  }

  /** As live folding does it, from empty tables: slowly, and without the facts for which it cannot be done. */
  private async oneByOne(end: number): Promise<number> {
    const { pool, ledger, settings, signal } = this.options;
    await emptied(pool, this.schema, this.id);
    const catchUp = await CatchUp.open({ ledger, pool, settings, schema: this.schema });
    const onStep = (position: number) => {
      this.position = position;
      this.say('folding');
    };
    await catchUp.exactlyTo(end, onStep, signal);
    return (this.position = end);
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

/** What was loaded of a generation is taken away, and its indexes are there. */
async function emptied(pool: Pool, schema: string, id: number): Promise<void> {
  const tables = generationTables().map((table) => `${schemaName(schema)}.${table}`);
  await pool.query(`TRUNCATE ${tables.join(', ')}`);
  await indexOnce(pool, id, schema);
  await setCheckpoint(pool, schema, { position: 0, instant: 0 });
}
