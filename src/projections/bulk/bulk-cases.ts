/**
 * The cases of one engine while a generation is built: those in motion as objects, those that rest as the tuples in which they
 * will be stored, and beyond a bound in the generation's own tables. What is left in memory at the end is loaded in bulk.
 */
import type { ClientBase, Pool } from 'pg';
import { UNFLUSHED, withTransaction } from '../../platform/pools';
import { type CaseBeside, ColdCases } from './cold-cases';
import { Engine } from '../engine/engine';
import type { EngineSettings } from '../engine/instant';
import type { CaseSource, MemoryBound } from '../engine/memory';
import type { CaseRecord, DriftEvent, FactChunk } from '../engine/records';
import { indexOnce } from './indexes';
import { driftRow, stored } from '../rows';
import { GenerationStore, eventRow } from '../store';
import { copyIn, copyTuples } from './copy-in';

export interface BulkOptions {
  pool: Pool;
  generation: number;
  schema: string;
  settings: EngineSettings;
  /** Which cases are here; null: all. */
  owns: ((key: string) => boolean) | null;
  /** Cases in memory at most. */
  maxCases: number;
  /** Bytes of those at rest at most. */
  maxBytes: number;
  /** Of those, kept as objects: more than are in motion at a time. */
  hotCases: number;
}

const EVENTS_KEPT = 20_000;
/** As objects they take several times that. */
const HOT_BYTES = 48 * 1024 * 1024;
const NOTHING: MemoryBound = { cases: 0, bytes: 0 };

export class BulkCases implements CaseSource {
  readonly engine: Engine;
  private readonly store: GenerationStore;
  private readonly cold = new ColdCases();
  private readonly hot: MemoryBound;
  /** Some cases are in the store, with its indexes. */
  private spilt = false;

  constructor(private readonly options: BulkOptions) {
    this.store = new GenerationStore(options.pool, options.schema);
    this.hot = { cases: Math.min(options.hotCases, Math.ceil(options.maxCases / 2)), bytes: HOT_BYTES };
    this.engine = new Engine(options.settings, this, options.owns);
  }

  /** A case that comes back from the cold is nowhere else, so it counts as changed. */
  async load(keys: readonly string[]): Promise<CaseRecord[]> {
    const warmed = this.cold.take(keys);
    for (const record of warmed) this.engine.markDirty(record);
    // Until something is stored, no case costs a question.
    if (!this.spilt) return warmed;
    const known = new Set(warmed.map(({ key }) => key));
    const left = keys.filter((key) => !known.has(key));
    return left.length === 0 ? warmed : [...warmed, ...(await this.store.load(left))];
  }

  async dependents(keys: readonly string[]): Promise<string[]> {
    const spilt = this.spilt ? this.own(await this.store.dependents(keys)) : [];
    return [...this.cold.dependents(keys), ...spilt];
  }

  async withDrifts(): Promise<string[]> {
    return [...this.cold.withDrifts(), ...(this.spilt ? this.own(await this.store.withDrifts()) : [])];
  }

  waitsOf(key: string): ReturnType<ColdCases['waitsOf']> {
    return this.cold.waitsOf(key);
  }

  private own(keys: string[]): string[] {
    const { owns } = this.options;
    return owns === null ? keys : keys.filter(owns);
  }

  /** Called after each instant: keeps memory within its bound. */
  async keepWithin(): Promise<void> {
    const { engine, cold, options } = this;
    // What could not be folded is quarantined, here as live; live has told the log.
    engine.failures.length = 0;
    if (engine.events.length > EVENTS_KEPT) await this.loadHistory();
    if (!engine.memory.exceeds(this.hot)) return;
    for (const record of engine.release(this.hot)) cold.put(record);
    if (cold.size + this.hot.cases <= options.maxCases && cold.bytes <= options.maxBytes) return;
    await indexOnce(options.pool, options.generation, options.schema);
    this.spilt = true;
    await withTransaction(options.pool, (client) => this.store.writeCases(client, cold.drain()));
  }

  /** Everything that is in memory goes into the generation's tables: at first what is beside cases, so that it can be indexed early. */
  async loadBeside(): Promise<void> {
    const { engine, cold, spilt } = this;
    if (spilt) {
      const forms = [...cold.drain(), ...engine.dirty.map(stored)];
      await withTransaction(this.options.pool, (client) => this.store.writeCases(client, forms));
    } else {
      for (const record of engine.release(NOTHING)) cold.put(record);
      await this.copyTuples('case_refs', cold.refTuples());
      const beside = [...cold.beside()];
      await this.copy('drifts', beside, driftCells);
      await this.copy('waits', beside, waitCells);
    }
    await this.loadHistory();
  }

  /** After what is beside them. */
  async loadCases(): Promise<void> {
    if (!this.spilt) await this.copyTuples('cases', this.cold.drainTuples());
  }

  private async loadHistory(): Promise<void> {
    const { engine } = this;
    await this.copy('drift_events', engine.events, eventCells);
    await this.copy('case_facts', engine.chunks, chunkCells);
    engine.events = [];
    engine.chunks = [];
  }

  /** What is not there is not asked about: most lanes have no drift. */
  private async copy<T>(
    table: string,
    all: readonly T[],
    cells: (all: readonly T[]) => Parameters<typeof copyIn>[2],
  ): Promise<void> {
    if (all.length === 0) return;
    await this.inBulk((client) => copyIn(client, `${this.options.schema}.${table}`, cells(all)));
  }

  private async copyTuples(table: string, tuples: Iterable<Buffer>): Promise<void> {
    await this.inBulk((client) => copyTuples(client, `${this.options.schema}.${table}`, tuples));
  }

  /** Nothing of a half-built generation outlives a crash, so nobody waits for the disk before the promotion does. */
  private inBulk(load: (client: ClientBase) => Promise<void>): Promise<void> {
    return withTransaction(this.options.pool, load, UNFLUSHED);
  }
}

type Beside = readonly CaseBeside[];

function* driftCells(cases: Beside) {
  for (const { key, drifts } of cases) for (const drift of drifts) yield Object.values(driftRow(key, drift));
}

function* waitCells(cases: Beside) {
  for (const { key, waits } of cases)
    for (const { on, at } of waits) yield [key, on, new Date(at).toISOString()];
}

function* eventCells(events: readonly DriftEvent[]) {
  for (const event of events) yield Object.values(eventRow(event));
}

function* chunkCells(chunks: readonly FactChunk[]) {
  for (const { caseKey, chunk, positions } of chunks) yield [caseKey, chunk, positions];
}
