/**
 * A lane has a part of all orders: it reads their messages, folds and judges them, and loads them at the end. Orders look at
 * articles and customers, and tell stock cases what they moved; both cross between lanes at each instant, as plain data, so a
 * lane can be another thread.
 */
import type { Pool } from 'pg';
import type { FeedState } from '../../domain/cases/feed';
import { Mappings } from '../../domain/mapping/mappings';
import type { MappingDocument } from '../../domain/mapping/tables';
import { decodeBrief, factRows } from '../../ledger/fact-rows';
import type { Policy } from '../../domain/policy';
import { BulkCases } from '../bulk/bulk-cases';
import type { EngineSettings, Instant } from '../engine/instant';
import { type Reading, readBlock } from '../engine/reading';
import type { Readable, Told } from '../engine/records';
import type { Failures } from '../bisect';
import { leavingOut } from '../fold-failures';
import type { ProjectionSettings, ProjectionSource } from '../settings';
import { type Reader, readerOf, translateBy } from '../translate';
import type { LaneRows } from './batch';
import { laneOf } from './split';

/** Orders in motion at a time, and some more: one is done after some 16,000 facts. */
const HOT_ORDERS = 4_000;

/** What of a block concerns others than the lane that read it. */
export type LaneReading = Omit<Reading, 'refused'>;

/** An instant as the lane is told it: beside what it has read itself. */
export interface LaneInstant extends Omit<Instant, 'refused'> {
  feeds: FeedState[];
}

/** An answer that is made into objects when it is needed, once: those made as it comes wait, and the collector copies what waits. */
export type Later<T> = () => T;

export interface Lane {
  read(rows: LaneRows): Promise<Later<LaneReading[]>>;
  /** Instants in order, of blocks that were read. Gives what cases here tell cases of others, for each. */
  fold(instants: LaneInstant[]): Promise<Later<Told[][]>>;
  /** What is beside its cases, and then they. */
  loadBeside(): Promise<void>;
  loadCases(): Promise<void>;
  close(): Promise<void>;
}

export interface LaneSetup {
  lane: number;
  lanes: number;
  generation: number;
  schema: string;
  maxCases: number;
  maxBytes: number;
  policy: Policy;
  mapping: MappingDocument;
  sources: readonly ProjectionSource[];
  /** Facts that are left out. */
  failures: Failures;
}

export function engineSettings(settings: ProjectionSettings): EngineSettings {
  return {
    policy: settings.policy,
    startsAt: (source) => settings.source(source)?.startsAt ?? null,
  };
}

/** Settings as they were when a build began. */
export function fixedSettings({
  policy,
  mapping,
  sources,
}: Pick<LaneSetup, 'policy' | 'mapping' | 'sources'>): ProjectionSettings {
  const byName = new Map(sources.map((source) => [source.name, source]));
  return {
    policy,
    mapping: new Mappings(mapping),
    source: (name) => byName.get(name),
    sources: () => sources,
  };
}

export class OrderLane implements Lane {
  private readonly cases: BulkCases;
  private readonly settings: ProjectionSettings;
  private readonly readers = new Map<string, Reader>();
  private readonly rows = factRows(true);
  private readonly owns: (key: string) => boolean;
  private readonly leaveOut: (fact: Readable) => Readable;
  private last: Promise<unknown> = Promise.resolve();
  private readonly pending: Pick<Reading, 'parts' | 'refused'>[] = [];

  constructor(
    { lane, lanes, generation, schema, maxCases, maxBytes, policy, mapping, sources, failures }: LaneSetup,
    pool: Pool,
  ) {
    this.settings = fixedSettings({ policy, mapping, sources });
    this.leaveOut = leavingOut(failures);
    this.owns = (key) => laneOf(key, lanes) === lane;
    this.cases = new BulkCases({
      pool,
      generation,
      schema,
      maxCases,
      maxBytes,
      hotCases: Math.ceil(HOT_ORDERS / lanes),
      settings: engineSettings(this.settings),
      owns: this.owns,
    });
  }

  read({ slab, blocks }: LaneRows): Promise<Later<LaneReading[]>> {
    let start = 0;
    const readings = blocks.map((block) => {
      const rows = Buffer.from(slab, start, block.end - start);
      start = block.end;
      return this.readBlock(rows, block);
    });
    return Promise.resolve(() => readings);
  }

  private readBlock(bytes: Buffer, { first, last, at }: LaneRows['blocks'][number]): LaneReading {
    const { rows } = this;
    rows.push(bytes);
    const readables: Readable[] = [];
    while (rows.next()) {
      const fact = decodeBrief(rows);
      readables.push(this.leaveOut(translateBy(fact, this.readerOf(fact.source))));
    }
    const { refused, parts, ...reading } = readBlock(readables, first, last, at);
    const strays = parts.filter(({ key }) => !this.owns(key));
    this.pending.push({
      refused,
      parts: strays.length === 0 ? parts : parts.filter(({ key }) => this.owns(key)),
    });
    return { ...reading, parts: strays };
  }

  /** Looked up once: settings are those with which the build began. */
  private readerOf(source: string): Reader {
    const known = this.readers.get(source);
    if (known) return known;
    const reader = readerOf(source, this.settings.source(source), this.settings.mapping);
    this.readers.set(source, reader);
    return reader;
  }

  fold(instants: LaneInstant[]): Promise<Later<Told[][]>> {
    const folded = this.last.then(() => this.foldAll(instants));
    this.last = folded;
    return folded.then((sent) => () => sent);
  }

  private async foldAll(instants: LaneInstant[]): Promise<Told[][]> {
    const { engine } = this.cases;
    const sent: Told[][] = [];
    for (const { feeds, ...instant } of instants) {
      const own = this.pending.shift();
      if (!own) throw new Error(`the block of position ${instant.last} was not read here`);
      engine.feeds.mirror(feeds);
      const parts = instant.parts.length === 0 ? own.parts : inOrder([...own.parts, ...instant.parts]);
      await engine.step({ ...instant, parts, refused: own.refused });
      sent.push(engine.sent);
      await this.cases.keepWithin();
    }
    return sent;
  }

  loadBeside(): Promise<void> {
    return this.cases.loadBeside();
  }

  loadCases(): Promise<void> {
    return this.cases.loadCases();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** By position: as one reader would have found them. */
export function inOrder(parts: Reading['parts']): Reading['parts'] {
  return parts.sort((a, b) => a.from.position - b.from.position);
}
