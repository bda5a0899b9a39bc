/** How many lanes a rebuild has, and where they are. */
import { availableParallelism } from 'node:os';
import type { Pool } from 'pg';
import { BulkCases, type BulkOptions } from '../bulk/bulk-cases';
import { indexReferences } from '../bulk/indexes';
import type { Failures } from '../bisect';
import type { ProjectionSettings } from '../settings';
import { Conductor } from './conductor';
import { type Lane, type LaneSetup, OrderLane, engineSettings } from './lane';
import { STOCK, laneOf } from './split';
import { ThreadLane } from './thread';

/** Below this, starting threads costs more than they bring. */
const WORTH_THREADS = 30_000;
/** Each has connections of its own, and the embedded server has 60 for all. */
const MOST_LANES = 4;
/** Of cases at rest, in all lanes together: beyond it they are stored early. */
const COLD_BYTES = 1024 * 1024 * 1024;
/** Articles and stock cases are in motion for ever. */
const HOT_CASES = 10_000;

export interface LaneOptions {
  pool: Pool;
  /** The database's address, for lanes in threads; without it they are in this one. */
  url: string | undefined;
  generation: number;
  schema: string;
  maxCases: number;
  settings: ProjectionSettings;
  /** Facts that are left out. */
  failures: Failures;
  onFolded(position: number): void;
}

export function lanesFor(facts: number, url: string | undefined): number {
  return url === undefined || facts < WORTH_THREADS
    ? 1
    : Math.min(MOST_LANES, Math.max(2, availableParallelism()));
}

export interface Lanes {
  conductor: Conductor;
  /** Loads what all engines have in memory. */
  load(): Promise<void>;
  close(): Promise<void>;
}

export function openLanes(count: number, options: LaneOptions): Lanes {
  const { pool, url, generation, schema, settings, failures, onFolded } = options;
  const maxCases = Math.ceil(options.maxCases / (count + 1));
  const maxBytes = Math.ceil(COLD_BYTES / (count + 1));
  const bulk = {
    pool,
    generation,
    schema,
    maxCases,
    maxBytes,
    hotCases: HOT_CASES,
    settings: engineSettings(settings),
  };
  const share = (owns: BulkOptions['owns']) => new BulkCases({ ...bulk, owns });
  const hub = share((key) => laneOf(key, count) === null && !key.startsWith(STOCK));
  const stock = share((key) => key.startsWith(STOCK));
  const lanes = Array.from({ length: count }, (_, lane): Lane => {
    const { policy, mapping } = settings;
    const setup: LaneSetup = {
      lane,
      lanes: count,
      generation,
      schema,
      maxCases,
      maxBytes,
      policy,
      mapping: mapping.document,
      sources: settings.sources(),
      failures,
    };
    return url === undefined ? new OrderLane(setup, pool) : new ThreadLane({ ...setup, url });
  });
  return {
    conductor: new Conductor({ lanes, hub, stock, settings, failures, onFolded }),
    async load() {
      // Lanes are told first: what is here keeps this thread busy.
      const loading = [...lanes, hub, stock].map((part) => {
        const beside = part.loadBeside();
        return { beside, cases: beside.then(() => part.loadCases()) };
      });
      const referenced = Promise.all(loading.map(({ beside }) => beside));
      await allEnded([
        ...loading.map(({ cases }) => cases),
        referenced.then(() => indexReferences(pool, generation, schema)),
      ]);
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

/** Rejects as the first that did, when none is under way any more: whoever empties the tables then finds nobody who fills them. */
async function allEnded(works: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}
