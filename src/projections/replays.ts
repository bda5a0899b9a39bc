/**
 * Replays that are asked of a running service: a generation is built beside the live one with drafts, told about while it is
 * built, compared, and promoted or discarded. One at a time, whichever replica builds it.
 */
import type { Pool, PoolClient } from 'pg';
import { Mappings } from '../domain/mapping/mappings';
import type { MappingDocument } from '../domain/mapping/tables';
import type { Policy } from '../domain/policy';
import type { Ledger } from '../ledger/port';
import type { Log } from '../platform/logging';
import { type DiffItem, type DiffSummary, type Section, RememberedDiffs, diffPage } from './diff';
import type { Page, Place } from './diff/page';
import { LIVE } from './generation-schema';
import {
  type Generation,
  GenerationRefused,
  type Succession,
  dropGeneration,
  findGeneration,
  liveGeneration,
  positionOf,
  setFailure,
  setProgress,
} from './generations';
import type { Versions } from './drafts';
import type { OnPromoted } from './promotion';
import { type RebuildProgress, build, promoteGeneration } from './rebuild';
import type { ProjectionSettings } from './settings';

export interface ReplayRequest {
  /** Null: what is in force. */
  policy: Policy | null;
  mapping: MappingDocument | null;
  actor: string;
  reason: string | null;
}

export interface ReplayParts {
  /** Without a time limit for its statements. */
  pool: Pool;
  /** The database's address, for threads. */
  url?: string;
  ledger: Ledger;
  settings: ProjectionSettings;
  log: Log;
  /** Called in the transaction of a promotion: the outbox. */
  onPromoted?: OnPromoted;
}

/** Who promotes, and whether a key vouches for him. */
export interface Promoter {
  name: string;
  verified: boolean;
}

interface Running {
  generation: number;
  stop: AbortController;
  done: Promise<void>;
}

/** Held by whoever builds a replay. */
const REPLAY = 0x7a13;
const TOLD_EVERY_MS = 500;

export class Replays {
  private running: Running | null = null;
  private readonly diffs: RememberedDiffs;
  private reading: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: ReplayParts) {
    this.diffs = new RememberedDiffs(parts);
  }

  /** Begins to build, and answers the generation's number. Throws `GenerationRefused` while another replay is built. */
  async start(request: ReplayRequest): Promise<number> {
    const client = await this.occupy();
    const stop = new AbortController();
    return new Promise((resolve, reject) => {
      let generation: number | null = null;
      const done = this.build(request, stop.signal, (id) => {
        generation = id;
        this.running = { generation: id, stop, done };
        resolve(id);
      })
        .catch(async (error: unknown) => {
          reject(error instanceof Error ? error : new Error(String(error)));
          if (generation !== null) await this.fail(generation, error);
        })
        .finally(() => {
          this.running = null;
          // With its session the lock goes.
          client.release(true);
        });
    });
  }

  private async occupy(): Promise<PoolClient> {
    const client = await this.parts.pool.connect();
    const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1, 0) AS free', [
      REPLAY,
    ]);
    if (rows[0]?.free) return client;
    client.release();
    throw new GenerationRefused('another replay is being built: wait for it, or discard it');
  }

  private async build(
    { policy, mapping, actor, reason }: ReplayRequest,
    signal: AbortSignal,
    onBegun: (generation: number) => void,
  ): Promise<void> {
    const { pool, settings: now } = this.parts;
    const live = await liveGeneration(pool);
    if (!live) throw new GenerationRefused('there is no live generation to be compared with yet');
    const { made } = live;
    const settings: ProjectionSettings = {
      policy: policy ?? made.policy,
      configured: made.configured,
      mapping: new Mappings(mapping ?? made.mapping),
      source: (name) => now.source(name),
      sources: () => now.sources(),
    };
    let told = 0;
    let id = 0;
    await build({
      ...this.parts,
      settings,
      signal,
      reason,
      requestedBy: actor,
      upTo: await positionOf(pool, LIVE),
      onBegun: (generation) => onBegun((id = generation)),
      onProgress: (progress) => {
        if (performance.now() - told < TOLD_EVERY_MS) return;
        told = performance.now();
        setProgress(pool, id, progress).catch((error: unknown) =>
          this.parts.log.warn({ err: error }, 'progress of a replay was not kept'),
        );
      },
    });
  }

  private async fail(generation: number, error: unknown): Promise<void> {
    const { pool, log } = this.parts;
    log.warn({ err: error, generation }, 'a replay was given up; the live generation is untouched');
    const why = error instanceof Error ? error.message : String(error);
    await setFailure(pool, generation, why).catch(() => undefined);
  }

  find(id: number): Promise<Generation | null> {
    return findGeneration(this.parts.pool, id);
  }

  /** Computed once, until one of the two has moved. Throws `GenerationRefused` where there is nothing to compare. */
  diff(generation: number): Promise<DiffSummary> {
    return this.diffs.of(generation);
  }

  /** One reader at a time: each may have to catch a generation up, and those who wait for that hold no connection. */
  diffPage(
    generation: number,
    section: Section,
    place: Place | null,
    limit: number,
  ): Promise<Page<DiffItem>> {
    const page = this.reading.then(() => diffPage({ ...this.parts, generation }, section, place, limit));
    this.reading = page.catch(() => undefined);
    return page;
  }

  /** Asked before anything is recorded, and once more in the promotion's transaction. Throws `GenerationRefused`. */
  async mayPromote(id: number, promoter: Promoter): Promise<void> {
    const [live, next] = [await liveGeneration(this.parts.pool), await this.find(id)];
    if (live && next) assertFourEyes({ live, next }, promoter);
  }

  /** Answers the position up to which it has folded. Throws `GenerationRefused`, also where the policy asks for another. */
  promote(
    id: number,
    promoter: Promoter,
    { versions, onProgress }: { versions: Versions; onProgress?: (progress: RebuildProgress) => void },
  ): Promise<number> {
    return promoteGeneration({
      ...this.parts,
      generation: id,
      onProgress,
      permit: (succession) => assertFourEyes(succession, promoter),
      act: { by: promoter.name, versions },
    });
  }

  /** Stops building it, or drops what was built. */
  async discard(id: number): Promise<void> {
    const running = this.running?.generation === id ? this.running : null;
    running?.stop.abort(new Error('discarded'));
    await running?.done;
    const status = (await this.find(id))?.status;
    // Else it was complete a moment too early.
    if (running && status === 'dropped') return;
    if (status !== 'ready')
      throw new GenerationRefused(
        status === 'building'
          ? `generation ${id} is being built by another process: stop it there`
          : `generation ${id} is ${status}: only what waits to be promoted can be discarded`,
      );
    await dropGeneration(this.parts.pool, id);
  }

  /** Gives up what is being built. */
  async stop(): Promise<void> {
    this.running?.stop.abort(new Error('the service stopped'));
    await this.running?.done;
  }
}

/** By the policy that is in force. */
function assertFourEyes({ live, next }: Succession, { name, verified }: Promoter): void {
  if (live.made.policy.promotion?.fourEyes !== true) return;
  if (!verified || name === next.requestedBy)
    throw new GenerationRefused(
      'the policy asks for four eyes: another person than the one who asked for it, with a key, promotes it',
    );
}
