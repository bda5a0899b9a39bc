/** A generation that is not live, folded on by what it was made with. */
import type { ClientBase, Pool } from 'pg';
import type { Fact, Ledger } from '../ledger/port';
import { withTransaction } from '../platform/pools';
import { type Failures, TakenBack, storeWithout } from './bisect';
import type { Engine } from './engine/engine';
import { blocksOf, foldFacts, resume } from './fold-facts';
import { NO_FAILURES, isOfFacts, leavingOut, noteFoldFailures, readFoldFailures } from './fold-failures';
import { setCheckpoint } from './generations';
import { type ProjectionSettings, fingerprint } from './settings';
import { GenerationStore } from './store';
import { readable } from './translate';

/** Facts that are folded while others wait; more are folded before. */
export const LAST_STEP = 2_000;
/** What this folding keeps in memory. */
const CACHED = { cases: 20_000, bytes: 32 * 1024 * 1024 };

export interface CatchUpParts {
  ledger: Ledger;
  pool: Pool;
  settings: ProjectionSettings;
  schema: string;
}

export class CatchUp {
  private readonly made: string;

  private constructor(
    private readonly parts: CatchUpParts,
    private readonly store: GenerationStore,
    private failures: Failures,
    private engine: Engine,
  ) {
    this.made = fingerprint(parts.settings);
  }

  /** From the generation's checkpoint. Nobody else may fold on it meanwhile. */
  static async open(parts: CatchUpParts): Promise<CatchUp> {
    const store = new GenerationStore(parts.pool, parts.schema);
    const failures = await readFoldFailures(parts.pool, fingerprint(parts.settings));
    return new CatchUp(parts, store, failures, await resume(store, parts.settings));
  }

  get position(): number {
    return this.engine.position;
  }

  /** The clock of the last fact that was folded, epoch ms. */
  get instant(): number {
    return this.engine.instant;
  }

  /** Step by step, each in a transaction, until what is left is less than a step. */
  async untilNear(onStep: (position: number) => void, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      await this.take(await this.parts.ledger.page(this.position, LAST_STEP));
      // A page may be short of facts because they are large.
      if ((await this.parts.ledger.head()).position - this.position < LAST_STEP) break;
      onStep(this.position);
    }
    await this.take(await this.parts.ledger.page(this.position, LAST_STEP));
  }

  /** Up to a position that ends a block, and not a fact further; step by step, each in a transaction. */
  async exactlyTo(
    position: number,
    onStep?: (position: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    while (this.position < position) {
      signal?.throwIfAborted();
      const facts = await this.parts.ledger.page(this.position, LAST_STEP);
      await this.take(facts.filter((fact) => fact.position <= position));
      onStep?.(this.position);
    }
  }

  /** Up to a position, or a little further, and stored, in the caller's transaction where he has one. */
  async upTo(position: number, client?: ClientBase): Promise<void> {
    while (this.position < position) {
      const facts = await this.parts.ledger.page(this.position, LAST_STEP);
      if (client) await this.fold(facts, NO_FAILURES);
      else await this.take(facts);
    }
    if (!client) return;
    await this.write(client);
    this.engine.settle(CACHED);
  }

  /** Folded and stored, without the facts for which that cannot be done. */
  private async take(facts: readonly Fact[]): Promise<void> {
    if (facts.length === 0) return;
    try {
      await this.keep(facts, NO_FAILURES, true);
    } catch (error) {
      if (!isOfFacts(error)) throw error;
      await this.reopen();
      for (const block of blocksOf(facts)) await this.takeBlock(block);
    }
  }

  private async takeBlock(block: readonly Fact[]): Promise<void> {
    const attempt = async (without: Failures, keep: boolean) => {
      try {
        await this.keep(block, without, keep);
        return null;
      } catch (error) {
        await this.reopen();
        if (error instanceof TakenBack) return null;
        if (isOfFacts(error)) return error;
        throw error;
      }
    };
    const found = await storeWithout(
      block.map(({ position }) => position),
      { keeps: (without) => attempt(without, true), fails: (without) => attempt(without, false) },
    );
    this.failures = new Map([...this.failures, ...found]);
  }

  private async keep(facts: readonly Fact[], without: Failures, keep: boolean): Promise<void> {
    await this.fold(facts, without);
    await withTransaction(this.parts.pool, async (client) => {
      await this.write(client);
      if (!keep) throw new TakenBack();
      await noteFoldFailures(client, this.made, without);
    });
    this.engine.settle(CACHED);
  }

  private async reopen(): Promise<void> {
    this.engine = await resume(this.store, this.parts.settings);
  }

  private async write(client: ClientBase): Promise<void> {
    const { engine } = this;
    await this.store.write(client, { cases: engine.dirty, events: engine.events, chunks: engine.chunks });
    await setCheckpoint(client, this.parts.schema, engine);
  }

  private async fold(facts: readonly Fact[], without: Failures): Promise<void> {
    const { settings } = this.parts;
    const leaveOut = leavingOut(this.failures);
    const leaveOutToo = leavingOut(without);
    await foldFacts(this.engine, facts, (fact) =>
      leaveOutToo(leaveOut(readable(fact, settings.source(fact.source), settings.mapping))),
    );
    // What could not be folded is quarantined, here as live; live has told the log.
    this.engine.failures.length = 0;
  }
}
