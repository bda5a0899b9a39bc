import path from 'node:path';
import fc from 'fast-check';
import type { World } from '../../src/simulator';
import { CheckpointMoved } from '../../src/projections/generations';
import { startProcess } from '../support/process';
import { differences } from './support/current';
import { type House, inHouse } from './support/house';
import { rowsOf } from './support/rows';
import { shuffled } from './support/shuffle';
import { compareWithTruth } from './support/truth';
import { WORLD_START, WORLD_OVER, deliver, messagesOf, sourcesOf, worlds } from './support/worlds';

const REBUILD = path.join(__dirname, '../support/rebuild-process.ts');

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 });
/** Between two appends: how many batches are folded, and whether the runner is a new one that has only its tables. */
const turns = fc.array(fc.record({ batches: fc.integer({ min: 0, max: 2 }), restart: fc.boolean() }), {
  minLength: 1,
  maxLength: 12,
});
const memory = fc.record({
  batch: fc.integer({ min: 1, max: 200 }),
  cached: fc.constantFrom(5, 40, 50_000),
});

/** Silence that comes and goes, so that drifts of feeds open and resolve as well. */
const interval = fc.constantFrom(null, 600, 3_600);

describe('law 4: a replay builds, row for row, what live built', () => {
  it('whatever the blocks, the batches, the restarts and the memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        worlds(),
        sizes,
        turns,
        memory,
        fc.record({ maxCases: fc.constantFrom(20, 300, undefined), lanes: fc.constantFrom(1, 2, 3) }),
        fc.record({
          expectedIntervalSeconds: interval,
          seed: fc.integer(),
          reach: fc.constantFrom(0, 400, 2_000),
        }),
        (world, blocks, live, parts, rebuilt, { expectedIntervalSeconds, seed, reach }) =>
          inHouse(async (house) => {
            await house.clock.set(world.startAt);
            await house.configure(sourcesOf(world).map((source) => ({ ...source, expectedIntervalSeconds })));
            const messages = shuffled(messagesOf(world), seed, reach);
            const late = Math.floor(messages.length * 0.7);
            await foldMeanwhile(house, live, parts, async (fold) => {
              await deliver(house, messages.slice(0, late), blocks, { between: fold });
              await watermarksFall(house, world);
              await deliver(house, messages.slice(late), blocks, { between: fold });
            });
            await house.tick(WORLD_OVER);
            await house.fold(house.runner(parts));
            const before = await rowsOf(house.pool);
            await house.rebuild(rebuilt);
            expect(differences(await rowsOf(house.pool), before)).toEqual([]);
          }),
      ),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('in threads as in one', async () => {
    await fc.assert(
      fc.asyncProperty(worlds(), sizes, (world, blocks) =>
        inHouse(async (house) => {
          await house.configure(sourcesOf(world));
          await deliver(house, messagesOf(world), blocks);
          await house.tick(WORLD_OVER);
          await house.fold();
          const before = await rowsOf(house.pool);
          const { next, ended } = startProcess(REBUILD, [house.url, '2']);
          expect(await next()).toMatchObject({ position: (await house.ledger.head()).position });
          expect(await ended).toBe(0);
          expect(differences(await rowsOf(house.pool), before)).toEqual([]);
        }),
      ),
      { numRuns: 1, endOnFailure: true },
    );
  });

  it('live goes on from a replay as if it had built it itself, and both find what is true', async () => {
    await fc.assert(
      fc.asyncProperty(worlds(), sizes, memory, fc.nat(), (world, blocks, parts, cut) =>
        inHouse(async (house) => {
          await house.clock.set(world.startAt);
          await house.configure(sourcesOf(world));
          const messages = messagesOf(world);
          const half = cut % messages.length;
          await deliver(house, messages.slice(0, half), blocks, { prompt: true });
          const overtaken = house.runner(parts);
          await overtaken.step();
          await house.rebuild({ maxCases: 100 });
          await deliver(house, messages.slice(half), blocks, { prompt: true });
          await expect(overtaken.step()).rejects.toBeInstanceOf(CheckpointMoved);
          await house.tick(WORLD_OVER);
          await house.fold(house.runner(parts));
          expect(await compareWithTruth(house.pool, world)).toEqual({ missed: [], extra: [] });
          const before = await rowsOf(house.pool);
          await house.rebuild();
          expect(differences(await rowsOf(house.pool), before)).toEqual([]);
        }),
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

/** A second warehouse is connected that has said little yet, and a stream is named that lags behind its source. */
async function watermarksFall(house: House, world: World): Promise<void> {
  const at = new Date(WORLD_START).toISOString();
  const [source] = sourcesOf(world).filter(({ kind }) => kind === 'scend');
  await house.configure([{ ...source!, name: 'scend-late', expectedIntervalSeconds: null }]);
  await house.append([
    {
      source: 'scend-late',
      body: `{"event_id":"late-1","event_type":"item.synchronised","occurred_at":"${at}","client_id":"ACME","warehouse":"UK9","sku":"LATE-1","base_uom":"EA"}`,
    },
    {
      source: 'middleware',
      body: `{"id":"lag-1","type":"feed.heartbeat","at":"${at}","source":"prima","stream":"ItemFulfilment","as_of":"${at}"}`,
    },
  ]);
}

type Turn = { batches: number; restart: boolean };

async function foldMeanwhile(
  house: House,
  turns: readonly Turn[],
  parts: { batch: number; cached: number },
  work: (fold: () => Promise<void>) => Promise<void>,
): Promise<void> {
  let runner = house.runner(parts);
  let turn = 0;
  await work(async () => {
    const { batches, restart } = turns[turn++ % turns.length]!;
    if (restart) runner = house.runner(parts);
    for (let i = 0; i < batches; i++) await runner.step();
  });
}
