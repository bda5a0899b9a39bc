/**
 * A new generation from zero: the ledger streamed through the same engine, folded in memory within a bound, loaded in bulk,
 * caught up with what arrived meanwhile, and swapped in one transaction. It appends nothing, alerts nobody, and what it has
 * not finished nobody sees.
 */
import type { ClientBase, Pool } from 'pg';
import type { Ledger } from '../ledger/port';
import { withTransaction } from '../platform/pools';
import { ColdCases } from './cold-cases';
import { copyIn } from './copy-in';
import { Engine } from './engine/engine';
import type { CaseRecord, DriftEvent, FactChunk } from './engine/records';
import { beginGeneration, dropAbandoned, dropGeneration, guardBuild, promote } from './generations';
import { analyze, createIndexes } from './generation-schema';
import { blocksOf } from './live';
import { type StoredForm, driftRow, stored } from './rows';
import type { ProjectionSettings } from './settings';
import { GenerationStore, eventRow } from './store';
import { translate } from './translate';

export interface RebuildOptions {
  pool: Pool;
  ledger: Ledger;
  settings: ProjectionSettings;
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
/** Cases kept as objects: more than are in motion at a time. */
const HOT_CASES = 20_000;

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

class Rebuild {
  private readonly engine: Engine;
  private readonly store: GenerationStore;
  private readonly cold = new ColdCases();
  private readonly maxCases: number;
  private readonly hotCases: number;
  /** Some cases are in the store, with its indexes. */
  private spilt = false;
  private head = 0;

  constructor(
    private readonly options: RebuildOptions,
    private readonly id: number,
    private readonly schema: string,
  ) {
    const { pool, settings } = options;
    this.store = new GenerationStore(pool, schema);
    this.maxCases = options.maxCases ?? MAX_CASES;
    this.hotCases = Math.min(HOT_CASES, Math.ceil(this.maxCases / 2));
    // Until something is stored, no case costs a question.
    const ifSpilt = <T>(ask: () => Promise<T[]>) => (this.spilt ? ask() : Promise.resolve([]));
    this.engine = new Engine(
      {
        policy: settings.policy,
        startsAt: (source) => settings.source(source)?.startsAt ?? null,
        expectedIntervalSeconds: (source) => settings.source(source)?.expectedIntervalSeconds ?? null,
      },
      {
        load: (keys) => this.find(keys),
        waitsOf: (key) => this.cold.waitsOf(key),
        dependents: (keys) => ifSpilt(() => this.store.dependents(keys)),
        withDrifts: async () => [
          ...this.cold.withDrifts(),
          ...(await ifSpilt(() => this.store.withDrifts())),
        ],
      },
    );
  }

  /** A case that comes back from the cold is nowhere else, so it counts as changed. */
  private async find(keys: readonly string[]): Promise<CaseRecord[]> {
    const warmed = this.cold.take(keys);
    for (const record of warmed) this.engine.dirty.add(record);
    if (!this.spilt) return warmed;
    const known = new Set(warmed.map(({ key }) => key));
    const left = keys.filter((key) => !known.has(key));
    return left.length === 0 ? warmed : [...warmed, ...(await this.store.load(left))];
  }

  async run(): Promise<Rebuilt> {
    const { ledger, pool, signal } = this.options;
    this.head = (await ledger.head()).position;
    for await (const block of ledger.read(0, { upTo: this.head, signal })) {
      await this.fold(block);
      await this.cool();
      if (this.engine.events.length > 20_000)
        await withTransaction(pool, (client) => this.loadHistory(client));
    }
    this.say('loading');
    await withTransaction(pool, (client) => this.load(client));
    if (!this.spilt) await this.onAnyConnection(createIndexes(this.schema));
    await this.onAnyConnection(analyze(this.schema));
    this.spilt = true;
    await this.catchUp();
    const { position } = this.engine;
    this.say('promoted');
    return { generation: this.id, position, ...(await this.count()) };
  }

  private async count(): Promise<{ cases: number; drifts: number }> {
    const { rows } = await this.options.pool.query<{ cases: number; drifts: number }>(
      'SELECT (SELECT count(*) FROM live.cases) AS cases, (SELECT count(*) FROM live.drifts) AS drifts',
    );
    return rows[0] ?? { cases: 0, drifts: 0 };
  }

  private async fold(block: Parameters<typeof blocksOf>[0]): Promise<void> {
    const { source } = this.options.settings;
    await this.engine.fold(block.map((fact) => translate(fact, source(fact.source))));
    const [failure] = this.engine.failures;
    // Live goes on without a case that cannot be judged; a rebuild stops and says which.
    if (failure) throw new Error(`case ${failure.key} could not be judged`, { cause: failure.error });
    this.say('folding');
  }

  private say(phase: RebuildProgress['phase']): void {
    this.options.onProgress?.({
      phase,
      position: this.engine.position,
      head: Math.max(this.head, this.engine.position),
    });
  }

  /** The longest untouched cases become text; when there is more of that than the bound allows, it is stored. */
  private async cool(): Promise<void> {
    const { engine, cold } = this;
    if (engine.cases.size <= this.hotCases) return;
    for (const record of engine.release(this.hotCases)) cold.put(record);
    if (cold.size + this.hotCases <= this.maxCases) return;
    if (!this.spilt) await this.onAnyConnection(createIndexes(this.schema));
    this.spilt = true;
    await withTransaction(this.options.pool, (client) => this.store.writeCases(client, cold.drain()));
  }

  private save(): Promise<void> {
    const { engine } = this;
    return withTransaction(this.options.pool, async (client) => {
      await this.store.writeCases(client, [...this.cold.drain(), ...[...engine.dirty].map(stored)]);
      await this.loadHistory(client);
      await this.setCheckpoint(client);
    });
  }

  private async load(client: ClientBase): Promise<void> {
    const { engine, schema } = this;
    const changed = this.spilt
      ? [...engine.dirty]
      : [...engine.cases.values()].filter((record) => record !== null);
    const forms = [...this.cold.drain(), ...changed.map(stored)];
    if (this.spilt) await this.store.writeCases(client, forms);
    else {
      await copyIn(client, `${schema}.cases`, caseCells(forms));
      await copyIn(client, `${schema}.drifts`, driftCells(forms));
      await copyIn(client, `${schema}.waits`, waitCells(forms));
    }
    await this.loadHistory(client);
    await this.setCheckpoint(client);
    engine.settle(this.hotCases);
  }

  /** Statements that do not wait for each other, as many at once as help on two cores. */
  private async onAnyConnection(statements: readonly string[]): Promise<void> {
    const left = [...statements];
    const worker = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift())
        await this.options.pool.query(next);
    };
    await Promise.all([worker(), worker()]);
  }

  private async loadHistory(client: ClientBase): Promise<void> {
    const { engine, schema } = this;
    await copyIn(client, `${schema}.drift_events`, eventCells(engine.events));
    await copyIn(client, `${schema}.case_facts`, chunkCells(engine.chunks));
    engine.events = [];
    engine.chunks = [];
  }

  private setCheckpoint(client: ClientBase): Promise<unknown> {
    const { position, instant } = this.engine;
    return client.query(`UPDATE ${this.schema}.checkpoint SET position = $1, instant = $2`, [
      position,
      new Date(instant).toISOString(),
    ]);
  }

  /** What arrived meanwhile: in rounds while live goes on, and the last bit inside the swap. */
  private async catchUp(): Promise<void> {
    const { ledger, pool, signal } = this.options;
    for (;;) {
      signal?.throwIfAborted();
      const facts = await ledger.page(this.engine.position, LAST_STEP);
      for (const block of blocksOf(facts)) await this.fold(block);
      if (facts.length < LAST_STEP) break;
      this.say('catching-up');
      await this.save();
      this.engine.settle(this.hotCases);
    }
    await promote(pool, this.id, async (client, livePosition) => {
      while (this.engine.position < livePosition) {
        const facts = await ledger.page(this.engine.position, LAST_STEP);
        for (const block of blocksOf(facts)) await this.fold(block);
      }
      const { engine } = this;
      await this.store.write(client, { cases: engine.dirty, events: engine.events, chunks: engine.chunks });
      await this.setCheckpoint(client);
    });
  }
}

function* caseCells(forms: readonly StoredForm[]) {
  for (const { row } of forms) {
    yield [row.key, row.kind, row.subject, row.refs, row.looks, row.facts, row.chunks, row.state, row.acts];
  }
}

function* driftCells(forms: readonly StoredForm[]) {
  for (const { row, drifts } of forms)
    for (const drift of drifts) yield Object.values(driftRow(row.key, drift));
}

function* waitCells(forms: readonly StoredForm[]) {
  for (const { row, waits } of forms) {
    for (const { on, at } of waits) yield [row.key, on, new Date(at).toISOString()];
  }
}

function* eventCells(events: readonly DriftEvent[]) {
  for (const event of events) yield Object.values(eventRow(event));
}

function* chunkCells(chunks: readonly FactChunk[]) {
  for (const { caseKey, chunk, positions } of chunks) yield [caseKey, chunk, positions];
}
