/**
 * Replays that are asked of a running service: a generation is built beside the live one with drafts, told about while it is
 * built, compared, and promoted or discarded. One at a time, whichever replica builds it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { Mappings } from '../domain/mapping/mappings';
import type { MappingDocument } from '../domain/mapping/tables';
import type { Policy } from '../domain/policy';
import type { Ledger } from '../ledger/port';
import type { Log } from '../platform/logging';
import { MOST_BUILDERS, discardElsewhere, findAbandoned } from './abandoned';
import { LeftToTheNext } from './building';
import { type DiffItem, type DiffSummary, type Section, RememberedDiffs, diffPage } from './diff';
import type { Page, Place } from './diff/page';
import { LIVE } from './generation-schema';
import { NOT_WANTED, recordedChanges, setFailure } from './generation-progress';
import { dropGeneration } from './dropping';
import { type Promoter, permission } from './four-eyes';
import { GenerationBusy, GenerationRefused } from './generation-refused';
import {
  type Generation,
  type Succession,
  findGeneration,
  liveGeneration,
  positionOf,
  promotable,
} from './generations';
import type { Versions } from './drafts';
import type { RebuildProgress } from './fold-history';
import type { OnPromoted } from './promotion';
import { type RebuildOptions, build, promoteGeneration } from './rebuild';
import { type Made, type ProjectionSettings, madeSettings } from './settings';

export interface ReplayRequest {
  /** Null: what is in force. */
  policy: Policy | null;
  mapping: MappingDocument | null;
  actor: string;
  reason: string | null;
  /** Where history ends for it: it is compared with what is in force, as of that fact, and never promoted. Null: it goes on. */
  lastFact: number | null;
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

interface Running {
  generation: number;
  stop: AbortController;
  done: Promise<void>;
}

interface PromoteHow {
  versions: Versions;
  /** The live generation that it shall replace, and no other. */
  over?: number;
  onProgress?: (progress: RebuildProgress) => void;
}

/** Held by whoever builds a replay. */
const REPLAY = 0x7a13;
const LOOKS_EVERY_MS = 5_000;
const MOST_IN_LINE = 8;

/** What to build, whoever asked for it and however often it was begun. */
type Draft = Pick<RebuildOptions, 'settings' | 'basis' | 'lastFact' | 'reason' | 'requestedBy' | 'again'>;

export class Replays {
  private running: Running | null = null;
  private readonly diffs: RememberedDiffs;
  private reading: Promise<unknown> = Promise.resolve();
  private line: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private readonly watching = new AbortController();
  private watch: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ReplayParts) {
    this.diffs = new RememberedDiffs(parts);
  }

  /** Begins to build, and answers the generation's number. Throws `GenerationRefused` while another replay is built. */
  async start({ policy, mapping, actor, reason, lastFact }: ReplayRequest): Promise<number> {
    const client = await this.occupy();
    if (!client) throw new GenerationRefused('another replay is being built: wait for it, or discard it');
    return this.begin(client, async () => {
      const { settings: now } = this.parts;
      const made = await this.inForce();
      const settings: ProjectionSettings = {
        policy: policy ?? made.policy,
        configured: made.configured,
        mapping: new Mappings(mapping ?? made.mapping),
        source: (name) => now.source(name),
        sources: () => now.sources(),
      };
      const basis = lastFact === null ? undefined : madeSettings(made, now);
      return { settings, basis, lastFact, reason, requestedBy: actor };
    });
  }

  /**
   * Begins a draft anew whose builder died, here or elsewhere, with what it was asked for. Answers its number, or null where
   * none is left or another replay is built.
   */
  async pickUp(): Promise<number | null> {
    const { pool, settings: now, log } = this.parts;
    if ((await findAbandoned(pool, 'draft')).length === 0) return null;
    const client = await this.occupy();
    if (!client) return null;
    // Somebody else may have been faster.
    const [left] = await findAbandoned(pool, 'draft').catch(() => []);
    if (!left || (await this.isHopeless(left))) {
      client.release(true);
      return null;
    }
    const { id, made, lastFact, progress } = left;
    log.warn({ generation: id, progress }, 'the builder of a replay died: it is begun anew');
    return this.begin(client, async () => ({
      again: id,
      settings: madeSettings(made, now),
      basis: lastFact === null ? undefined : madeSettings(await this.inForce(), now),
      lastFact,
    }));
  }

  /** Looks now and then for what is left to be begun anew, until `stop`. */
  watchForAbandoned(): void {
    const { signal } = this.watching;
    this.watch = (async () => {
      while (!signal.aborted) {
        await this.pickUp().catch((error: unknown) =>
          this.parts.log.warn({ err: error }, 'a replay could not be begun anew; it is tried again'),
        );
        await delay(LOOKS_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
    })();
  }

  /** Discarded, or begun too often. */
  private async isHopeless({ id, failure, interruptions, progress }: Generation): Promise<boolean> {
    const { pool } = this.parts;
    const died = interruptions.filter(({ why }) => why === 'died').length + 1;
    if (failure === null && (died < MOST_BUILDERS || progress?.stopped)) return false;
    if (failure === null) {
      const where = progress ? `fact ${progress.position} of ${progress.head}` : 'its beginning';
      await setFailure(pool, id, `given up: its builder died ${died} times, at last at ${where}`);
    }
    await dropGeneration(pool, id, ['building']);
    return true;
  }

  private async inForce(): Promise<Made> {
    const live = await liveGeneration(this.parts.pool);
    if (!live) throw new GenerationRefused('there is no live generation to be compared with yet');
    return live.made;
  }

  /** Null where another replay is being built, by whomever. */
  private async occupy(): Promise<PoolClient | null> {
    const client = await this.parts.pool.connect();
    const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1, 0) AS free', [
      REPLAY,
    ]);
    if (rows[0]?.free) return client;
    client.release();
    return null;
  }

  private begin(client: PoolClient, what: () => Promise<Draft>): Promise<number> {
    const stop = new AbortController();
    const onLost = (error: Error) => stop.abort(error);
    client.on('error', onLost);
    return new Promise((resolve, reject) => {
      const done = this.build(what, stop.signal, (id) => {
        this.running = { generation: id, stop, done };
        resolve(id);
      })
        .catch((error: unknown) => {
          reject(error instanceof Error ? error : new Error(String(error)));
          this.parts.log.warn({ err: error }, 'a replay was given up; the live generation is untouched');
        })
        .finally(() => {
          this.running = null;
          client.off('error', onLost);
          // With its session the lock goes.
          client.release(true);
        });
    });
  }

  private async build(
    what: () => Promise<Draft>,
    signal: AbortSignal,
    onBegun: (generation: number) => void,
  ): Promise<void> {
    const draft = await what();
    // As far as live: what is not folded there yet cannot be compared.
    const upTo = draft.lastFact ?? (await positionOf(this.parts.pool, LIVE));
    await build({ ...this.parts, ...draft, signal, upTo, onBegun });
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

  /** What was recorded when it was built; null where nothing was. */
  recordedDiff(id: number): Promise<DiffSummary | null> {
    return recordedChanges(this.parts.pool, id);
  }

  /** Throws `GenerationRefused` where it can take the live one's place for nobody. */
  promotable(id: number): Promise<Generation> {
    return promotable(this.parts.pool, id);
  }

  /** Asked before anything is recorded, and once more in the promotion's transaction. Throws `GenerationRefused`. */
  async mayPromote(id: number, promoter: Promoter): Promise<void> {
    const succession = await this.succession(id);
    (await permission(this.parts.ledger, succession, promoter))(succession);
  }

  private async succession(id: number): Promise<Succession> {
    const { pool } = this.parts;
    const [live, next] = [await liveGeneration(pool), await promotable(pool, id)];
    if (!live) throw new GenerationRefused('there is no live generation to replace yet');
    return { live, next };
  }

  /** Answers the position up to which it has folded. Throws `GenerationRefused`, also where the policy asks for another. */
  promote(id: number, promoter: Promoter, { versions, over, onProgress }: PromoteHow): Promise<number> {
    return this.inLine(async () => {
      const permit = await permission(this.parts.ledger, await this.succession(id), promoter);
      return promoteGeneration({
        ...this.parts,
        generation: id,
        onProgress,
        permit(succession) {
          permit(succession);
          if (over !== undefined && over !== succession.live.id)
            throw new GenerationRefused(
              `generation ${succession.live.id} took the live one's place meanwhile: look again`,
            );
        },
        act: { by: promoter.name, versions },
      });
    });
  }

  /** Stops building it, wherever it is built, or drops what was built. */
  discard(id: number): Promise<void> {
    return this.inLine(async () => {
      const running = this.running?.generation === id ? this.running : null;
      running?.stop.abort(new GenerationRefused(NOT_WANTED));
      await running?.done;
      const status = (await this.find(id))?.status;
      // Else it was complete a moment too early.
      if (running && status === 'dropped') return;
      if (status === 'building') return discardElsewhere(this.parts.pool, id);
      if (status !== 'ready')
        throw new GenerationRefused(
          `generation ${id} is ${status}: only what waits to be promoted can be discarded`,
        );
      await dropGeneration(this.parts.pool, id, ['ready']);
    });
  }

  /** One promotion or discard of this process at a time: those who wait for it hold no connection, and are not many. */
  private async inLine<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting === MOST_IN_LINE)
      throw new GenerationBusy(`${MOST_IN_LINE} promotions and discards wait here already: try again`);
    this.waiting++;
    const mine = this.line.then(work);
    this.line = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      this.waiting--;
    }
  }

  /** Ends watching; what is being built is left to the next start, or to another replica. */
  async stop(): Promise<void> {
    this.watching.abort();
    await this.watch;
    this.running?.stop.abort(new LeftToTheNext('the service stops'));
    await this.running?.done;
  }
}
