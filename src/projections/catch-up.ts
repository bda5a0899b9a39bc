/** A generation that is not live, folded on by what it was made with. */
import type { ClientBase, Pool } from 'pg';
import type { Fact, Ledger } from '../ledger/port';
import { withTransaction } from '../platform/pools';
import type { Engine } from './engine/engine';
import { setCheckpoint } from './generations';
import { foldFacts, resume } from './live';
import type { ProjectionSettings } from './settings';
import { GenerationStore } from './store';
import { readable } from './translate';

/** Facts that are folded while others wait; more are folded before. */
export const LAST_STEP = 2_000;
/** Cases that this folding keeps in memory. */
const CACHED = 20_000;

export class CatchUp {
  private constructor(
    private readonly ledger: Ledger,
    private readonly pool: Pool,
    private readonly settings: ProjectionSettings,
    private readonly schema: string,
    private readonly store: GenerationStore,
    readonly engine: Engine,
  ) {}

  /** From the generation's checkpoint. Nobody else may fold on it meanwhile. */
  static async open(parts: {
    ledger: Ledger;
    pool: Pool;
    settings: ProjectionSettings;
    schema: string;
  }): Promise<CatchUp> {
    const { ledger, pool, settings, schema } = parts;
    const store = new GenerationStore(pool, schema);
    return new CatchUp(ledger, pool, settings, schema, store, await resume(store, settings));
  }

  get position(): number {
    return this.engine.position;
  }

  /** Step by step, each in a transaction, until fewer than `LAST_STEP` facts are left; those are folded and not yet stored. */
  async untilNear(onStep: (position: number) => void, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const facts = await this.ledger.page(this.position, LAST_STEP);
      await this.fold(facts);
      if (facts.length < LAST_STEP) return;
      onStep(this.position);
      await this.write();
    }
  }

  /** Up to a position that ends a block, and not a fact further; step by step, each in a transaction. */
  async exactlyTo(position: number): Promise<void> {
    while (this.position < position) {
      const facts = await this.ledger.page(this.position, LAST_STEP);
      await this.fold(facts.filter((fact) => fact.position <= position));
      await this.write();
    }
  }

  /** Up to a position, or a little further, and stored, in the caller's transaction where he has one. */
  async upTo(position: number, client?: ClientBase): Promise<void> {
    while (this.position < position) await this.fold(await this.ledger.page(this.position, LAST_STEP));
    await this.write(client);
  }

  private async write(client?: ClientBase): Promise<void> {
    if (!client) return withTransaction(this.pool, (own) => this.write(own));
    const { engine } = this;
    await this.store.write(client, { cases: engine.dirty, events: engine.events, chunks: engine.chunks });
    await setCheckpoint(client, this.schema, engine);
    engine.settle(CACHED);
  }

  private async fold(facts: readonly Fact[]): Promise<void> {
    const { engine, settings } = this;
    await foldFacts(engine, facts, (fact) => readable(fact, settings.source(fact.source), settings.mapping));
    const [failure] = engine.failures;
    // Live goes on without a case that cannot be judged; a rebuild stops and says which.
    if (failure) throw new Error(`case ${failure.key} could not be judged`, { cause: failure.error });
  }
}
