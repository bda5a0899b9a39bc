/** Facts folded on what is stored of a generation, step by step: how live folding does it, and how a generation catches up. */
import type { Fact } from '../ledger/port';
import { bringAhead } from './engine/ahead';
import { Engine } from './engine/engine';
import type { Readable } from './engine/records';
import type { ProjectionSettings } from './settings';
import type { GenerationStore } from './store';

/** An engine as it was when the generation's checkpoint was written. */
export async function resume(store: GenerationStore, settings: ProjectionSettings): Promise<Engine> {
  const engine = new Engine(
    {
      policy: settings.policy,
      startsAt: (source) => settings.source(source)?.startsAt ?? null,
    },
    store,
  );
  engine.feeds.mirror(await store.feeds());
  for (const { key, on, at } of await store.allWaits()) engine.schedule.add(key, [{ on, at }]);
  const { position, instant } = await store.checkpoint();
  engine.position = position;
  engine.instant = engine.feeds.now = instant;
  return engine;
}

/** Whole blocks, one after the other. */
export async function foldFacts(
  engine: Engine,
  facts: readonly Fact[],
  read: (fact: Fact) => Readable,
): Promise<void> {
  const blocks = blocksOf(facts).map((block) => block.map(read));
  await bringAhead(engine.memory, blocks.flat());
  for (const block of blocks) await engine.fold(block);
}

/** Facts of one block are consecutive and are folded at once. */
export function blocksOf(facts: readonly Fact[]): Fact[][] {
  const blocks: Fact[][] = [];
  let number = -1;
  for (const fact of facts) {
    if (fact.block !== number) blocks.push([]);
    number = fact.block;
    blocks.at(-1)?.push(fact);
  }
  return blocks;
}
