/**
 * The live path: facts after the checkpoint, folded, and everything that follows from them written in one transaction with
 * the checkpoint, whose compare-and-set throws when somebody else has moved it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientBase, Pool } from 'pg';
import { writeTick } from '../domain/sources/tallystick/messages';
import { type Fact, type Ledger, LedgerUnavailable } from '../ledger/port';
import { UNFLUSHED, isDatabaseAway, withTransaction } from '../platform/pools';
import type { Log } from '../platform/logging';
import type { Engine } from './engine/engine';
import type { CaseRecord, DriftEvent, Readable } from './engine/records';
import { type Failures, TakenBack, storeWithout } from './bisect';
import { NO_FAILURES, isOfFacts, leavingOut, noteFoldFailures } from './fold-failures';
import { CheckpointMoved, type Generation, ensureLive, liveVersion, moveCheckpoint } from './generations';
import { LIVE } from './generation-schema';
import { Lease, PROJECTOR, RENEW_MS } from './lease';
import { blocksOf, foldFacts, resume } from './fold-facts';
import { type ProjectionSettings, madeByThisCode } from './settings';
import { ownFact } from './sources';
import type { SourceBook } from './sources';
import { Standstill } from './standstill';
import { GenerationStore } from './store';
import { readable } from './translate';

export interface LiveParts {
  pool: Pool;
  ledger: Ledger;
  settings: ProjectionSettings;
  sources: SourceBook;
  log: Log;
  /** Called inside the batch's transaction: the outbox. */
  onEvents?: (
    client: ClientBase,
    events: readonly DriftEvent[],
    cases: ReadonlyMap<string, CaseRecord | null>,
  ) => Promise<void>;
  /** Told of facts when what follows from them is visible: whole blocks, in order. */
  onVisible?: (facts: readonly Fact[]) => void;
  /** Told which generation is live, before anything is folded on it. */
  adopt?: (live: Generation) => void;
  /** Facts folded in one transaction, about. */
  batch?: number;
  /** Cases kept in memory between batches. */
  cached?: number;
  /** How long nothing may be folded while facts wait. */
  standstillMs?: number;
}

const IDLE_MS = 1_000;
const CACHED_CASES = 50_000;
/** As they are stored; as objects they take several times that. */
const CACHED_BYTES = 64 * 1024 * 1024;

/** Rows of other code are not folded on: whoever has that code does, or a new generation is built. */
export class OtherCode extends Error {
  readonly code = 'other-code';
  constructor(readonly generation: number) {
    super(`generation ${generation} was made by another version of Tallystick; this one does not fold on it`);
  }
}

interface Loaded {
  engine: Engine;
  store: GenerationStore;
  generation: number;
  fingerprint: string;
  position: number;
}

export class LiveRunner {
  private readonly lease: Lease;
  private readonly stopped = new AbortController();
  private wake = new AbortController();
  private running: Promise<void> | null = null;
  private loaded: Loaded | null = null;
  private leading = false;
  private leaseEnds = 0;
  /** The generation of other code that was last spoken of. */
  private standsBy: number | null = null;
  private readonly standstill: Standstill;

  constructor(private readonly parts: LiveParts) {
    this.standstill = new Standstill(parts.standstillMs);
    this.lease = new Lease(parts.pool, PROJECTOR);
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.wake.abort();
    await this.running;
  }

  /** Names this process in the projector's lease. */
  get holder(): string {
    return this.lease.holder;
  }

  get leads(): boolean {
    return this.leading;
  }

  /** Why it stands while facts wait; null where it does not, or where another one folds. */
  stands(): string | null {
    return this.running !== null && this.leading ? this.standstill.reason() : null;
  }

  private async run(): Promise<void> {
    const unsubscribe = this.parts.ledger.onAppended(() => this.wake.abort());
    try {
      while (!this.stopped.signal.aborted) await this.turn();
    } finally {
      unsubscribe();
      if (this.leading)
        await this.lease
          .release()
          .catch((error: unknown) => this.parts.log.warn({ err: error }, 'lease not released'));
      this.leading = false;
    }
  }

  private async turn(): Promise<void> {
    this.wake = new AbortController();
    try {
      if (!(await this.lead())) {
        this.loaded = null;
        this.standstill.moved();
        await this.idle(IDLE_MS);
      } else {
        this.standstill.begins();
        const folded = await this.step();
        this.standstill.moved();
        if (!folded) await this.idle(await this.tickWhenDue());
      }
    } catch (error) {
      // What was folded in memory is not what is stored: it is read anew.
      this.loaded = null;
      this.standstill.failed(error);
      if (error instanceof CheckpointMoved) {
        this.parts.log.info({ err: error }, 'live generation was moved on by another');
        // What waits is folded on the other one at once.
        return;
      }
      if (error instanceof OtherCode) await this.standBy(error);
      else if (error instanceof LedgerUnavailable || isDatabaseAway(error))
        this.parts.log.warn({ err: error }, 'database is away; the projector tries again');
      else this.parts.log.error({ err: error }, 'the projector failed and starts anew from its checkpoint');
      await this.idle(IDLE_MS);
    }
  }

  private async lead(): Promise<boolean> {
    if (this.leading && performance.now() < this.leaseEnds) return true;
    const live = await liveVersion(this.parts.pool);
    // Also where no fact comes after a promotion: what waits for time waits by what is live.
    if (live?.id !== this.loaded?.generation) this.loaded = null;
    // Who cannot fold on the live generation does not keep others from it.
    if (live && !madeByThisCode(live.fingerprint)) throw new OtherCode(live.id);
    const asked = performance.now();
    this.leading = await this.lease.take();
    this.leaseEnds = asked + RENEW_MS;
    return this.leading;
  }

  /** A replica of the version that has made the live generation folds on it, so the lease is let go. */
  private async standBy(error: OtherCode): Promise<void> {
    if (this.standsBy !== error.generation) this.parts.log.warn({ err: error }, 'standing by');
    this.standsBy = error.generation;
    if (!this.leading) return;
    this.leading = false;
    // Else it ends by itself.
    await this.lease
      .release()
      .catch((failed: unknown) => this.parts.log.warn({ err: failed }, 'lease not released'));
  }

  /** One batch; false when there was nothing to fold. */
  async step(): Promise<boolean> {
    const loaded = (this.loaded ??= await this.load());
    const facts = await this.parts.ledger.page(loaded.position, this.parts.batch ?? 2_000);
    if (facts.length === 0) return false;
    try {
      await this.fold(loaded, facts);
    } catch (error) {
      if (!isOfFacts(error)) throw error;
      this.parts.log.error(
        { err: error },
        'a batch could not be folded; it is searched for the facts at fault',
      );
      // What was folded in memory is not what is stored.
      this.loaded = null;
      await this.foldWithout(facts);
    }
    return true;
  }

  /** What was folded before is what `loaded` says. */
  private async fold(
    loaded: Loaded,
    facts: readonly Fact[],
    { without = NO_FAILURES, keep = true } = {},
  ): Promise<void> {
    const { engine, store } = loaded;
    const leaveOut = leavingOut(without);
    const read = await this.reader(facts);
    await foldFacts(engine, facts, (fact) => leaveOut(read(fact)));
    const changes = { cases: engine.dirty, events: engine.events, chunks: engine.chunks };
    const write = async (client: ClientBase) => {
      await moveCheckpoint(client, LIVE, loaded.generation, loaded.position, engine);
      await store.write(client, changes);
      if (engine.events.length > 0) await this.parts.onEvents?.(client, engine.events, engine.cases);
      if (!keep) throw new TakenBack();
      await noteFoldFailures(client, loaded.fingerprint, without);
    };
    // What a crash takes back is folded again, the same way.
    await withTransaction(this.parts.pool, write, UNFLUSHED);
    loaded.position = engine.position;
    this.parts.onVisible?.(facts);
    for (const { key, error } of engine.failures.splice(0)) {
      this.parts.log.error(
        { err: error, case: key },
        'a case could not be judged; its drifts stay as they were',
      );
    }
    engine.settle({ cases: this.parts.cached ?? CACHED_CASES, bytes: CACHED_BYTES });
  }

  /** Block by block, each without the facts for which it cannot be folded or stored. */
  private async foldWithout(facts: readonly Fact[]): Promise<void> {
    for (const block of blocksOf(facts)) {
      const attempt = async (without: Failures, keep: boolean) => {
        const loaded = (this.loaded ??= await this.load());
        this.loaded = null;
        try {
          await this.fold(loaded, block, { without, keep });
          this.loaded = loaded;
        } catch (error) {
          if (error instanceof TakenBack) return null;
          if (isOfFacts(error)) return error;
          throw error;
        }
        return null;
      };
      const failures = await storeWithout(
        block.map(({ position }) => position),
        { keeps: (without) => attempt(without, true), fails: (without) => attempt(without, false) },
      );
      for (const [position, error] of failures)
        this.parts.log.error({ position, error }, 'a fact could not be folded and is quarantined');
    }
  }

  private async reader(facts: readonly Fact[]): Promise<(fact: Fact) => Readable> {
    if (facts.some((fact) => fact.source !== 'tallystick' && !this.parts.settings.source(fact.source)))
      await this.parts.sources.reload();
    const { settings } = this.parts;
    return (fact) => readable(fact, settings.source(fact.source), settings.mapping);
  }

  private async load(): Promise<Loaded> {
    const { pool, settings } = this.parts;
    await this.parts.sources.reload();
    const live = await ensureLive(pool, settings);
    // Another process may have promoted a generation with another policy, or, being of another version, with other code.
    this.parts.adopt?.(live);
    if (!madeByThisCode(live.fingerprint)) throw new OtherCode(live.id);
    const store = new GenerationStore(pool, LIVE);
    for (;;) {
      const { generation, position } = await store.checkpoint();
      const engine = await resume(store, settings);
      const after = await store.checkpoint();
      // A promotion in between would pair one generation's feeds with the other's checkpoint.
      const same =
        after.generation === generation && after.position === position && engine.position === position;
      if (same) return { engine, store, generation, position, fingerprint: live.fingerprint };
    }
  }

  /** Records that time has passed, when something waits for nothing else. Returns how long to idle. */
  private async tickWhenDue(): Promise<number> {
    const { engine, position } = this.loaded ?? {};
    const due = engine?.schedule.nextDue() ?? null;
    if (due === null || position === undefined) return IDLE_MS;
    const { rows } = await this.parts.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    const now = rows[0]?.now.getTime() ?? 0;
    if (due > now) return Math.min(IDLE_MS, due - now);
    const id = `${due}/${position}`;
    await this.parts.ledger.append([ownFact('tick', id, now, writeTick({ id, at: due }), 'tallystick')]);
    return 0;
  }

  private async idle(ms: number): Promise<void> {
    if (ms <= 0 || this.stopped.signal.aborted || this.wake.signal.aborted) return;
    await delay(ms, undefined, { signal: this.wake.signal }).catch((error: unknown) => {
      if ((error as Error).name !== 'AbortError') throw error;
    });
  }
}
