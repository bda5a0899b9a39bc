/**
 * Many engines as one. Facts go through four stations, several batches of blocks at a time: they are divided, and read by
 * lanes and here; articles, customers and feeds are folded here; orders are folded in their lanes; stock cases, which
 * orders tell what they moved, are folded here at the end. No station looks back, so none waits for a later one.
 */
import type { Fact } from '../../ledger/port';
import type { FeedState } from '../../domain/cases/feed';
import type { Instant, Shown, Told } from '../engine/engine';
import { type Reading, readBlock } from '../engine/reading';
import type { BulkCases } from '../bulk/bulk-cases';
import type { ProjectionSettings } from '../settings';
import { readable } from '../translate';
import { type Lane, type LaneInstant, type LaneReading, inOrder } from './lane';
import { pack } from './packed';
import { STOCK, laneOf, readerOf } from './split';

/** Facts in one message to a lane: small blocks are sent together. */
const BATCH_FACTS = 2_000;
/** Batches between the first station and the last. */
const IN_FLIGHT = 4;

/** What stock cases are still to be told of an instant. */
interface StockInstant extends Instant {
  feeds: FeedState[];
}

export interface Station {
  lanes: readonly Lane[];
  /** All that is neither an order's case nor a stock case. */
  hub: BulkCases;
  stock: BulkCases;
  settings: ProjectionSettings;
  /** Told after each batch, of the position up to which everything is folded. */
  onFolded(position: number): void;
}

export class Conductor {
  private batch: Fact[][] = [];
  private batched = 0;
  private readonly underWay: Promise<void>[] = [];
  private hubbed: Promise<unknown> = Promise.resolve();
  private stocked: Promise<void> = Promise.resolve();

  constructor(private readonly station: Station) {}

  /** Takes a block; waits where too much is under way. Throws what any station threw. */
  async take(block: Fact[]): Promise<void> {
    this.batch.push(block);
    this.batched += block.length;
    if (this.batched >= BATCH_FACTS) await this.send();
  }

  /** After this everything that was taken is folded. */
  async finish(): Promise<void> {
    await this.send();
    await Promise.all(this.underWay.splice(0));
  }

  private async send(): Promise<void> {
    const blocks = this.batch;
    if (blocks.length === 0) return;
    this.batch = [];
    this.batched = 0;
    const through = this.pass(blocks);
    // Its failure is told when it is waited for.
    through.catch(() => undefined);
    this.underWay.push(through);
    if (this.underWay.length >= IN_FLIGHT) await this.underWay.shift();
  }

  private pass(blocks: Fact[][]): Promise<void> {
    const reading = this.read(blocks);
    const before = this.hubbed;
    const hubbed = Promise.all([reading, before]).then(([merged]) => this.foldHub(merged));
    this.hubbed = hubbed;
    const folded = hubbed.then(async ({ lanes, stock }) => {
      const { lanes: all } = this.station;
      const sent = await Promise.all(all.map((lane, index) => lane.fold(lanes[index] ?? [])));
      return { stock, sent };
    });
    const lastStocked = this.stocked;
    this.stocked = Promise.all([folded, lastStocked]).then(([{ stock, sent }]) =>
      this.foldStock(stock, sent),
    );
    return this.stocked;
  }

  /** Divides the blocks, has each part read, and puts together what was read. */
  private async read(blocks: Fact[][]): Promise<Reading[]> {
    const { lanes, settings } = this.station;
    const packed = lanes.map((): ReturnType<typeof pack>[] => []);
    const own: Reading[] = [];
    for (const block of blocks) {
      const { position: first, recordedAt: at } = block[0] as Fact;
      const last = (block.at(-1) as Fact).position;
      const shares = lanes.map((): Fact[] => []);
      const rest: Fact[] = [];
      for (const fact of block) {
        const reader = readerOf(fact, settings, lanes.length);
        (reader === null ? rest : (shares[reader] as Fact[])).push(fact);
      }
      shares.forEach((facts, index) => packed[index]?.push(pack(facts, first, last, at)));
      own.push(
        readBlock(
          rest.map((fact) => readable(fact, settings.source(fact.source))),
          first,
          last,
          at,
        ),
      );
    }
    const readings = await Promise.all(lanes.map((lane, index) => lane.read(packed[index] ?? [])));
    return own.map((reading, index) =>
      merge(
        reading,
        readings.map((of) => of[index] as LaneReading),
      ),
    );
  }

  private async foldHub(blocks: Reading[]): Promise<{ lanes: LaneInstant[][]; stock: StockInstant[] }> {
    const { hub, lanes } = this.station;
    const { engine } = hub;
    const told = lanes.map((): LaneInstant[] => []);
    const stock: StockInstant[] = [];
    for (const block of blocks) {
      const { first, last, at, ahead, refused } = block;
      const reshaped = engine.feeds.take(block);
      const feeds = engine.feeds.snapshot();
      const parts = this.byOwner(block.parts, ({ key }) => key);
      const acts = this.byOwner(block.acts, ({ act }) => act.caseKey);
      const of = (index: number) => ({
        first,
        last,
        at,
        ahead,
        reshaped,
        parts: parts[index] ?? [],
        acts: acts[index] ?? [],
      });
      await engine.step({ ...of(HUB), refused, told: [], shown: [] });
      const sent = this.byOwner(engine.sent, ({ target }) => target);
      const shown: Shown[] = engine.shown;
      lanes.forEach((_, index) =>
        told[index]?.push({ ...of(index + LANES), feeds, shown, told: sent[index + LANES] ?? [] }),
      );
      stock.push({ ...of(STOCKS), feeds, shown, told: sent[STOCKS] ?? [], refused: [] });
      await hub.keepWithin();
    }
    return { lanes: told, stock };
  }

  private async foldStock(instants: StockInstant[], sent: Told[][][]): Promise<void> {
    const { stock, onFolded } = this.station;
    const { engine } = stock;
    for (const [index, { feeds, ...instant }] of instants.entries()) {
      engine.feeds.mirror(feeds);
      const told = [...instant.told, ...sent.flatMap((lane) => lane[index] ?? [])];
      await engine.step({ ...instant, told });
      await stock.keepWithin();
    }
    onFolded(engine.position);
  }

  /** Divided among the hub, the stock cases and the lanes. An act on a message's case goes to all: whoever refused it has it. */
  private byOwner<T>(all: readonly T[], keyOf: (each: T) => string): T[][] {
    const { lanes } = this.station;
    const shares = Array.from({ length: lanes.length + LANES }, (): T[] => []);
    for (const each of all) {
      const key = keyOf(each);
      if (key.startsWith('message:')) for (const share of shares) share.push(each);
      else shares[ownerOf(key, lanes.length)]?.push(each);
    }
    return shares;
  }
}

const HUB = 0;
const STOCKS = 1;
const LANES = 2;

function ownerOf(key: string, lanes: number): number {
  if (key.startsWith(STOCK)) return STOCKS;
  const lane = laneOf(key, lanes);
  return lane === null ? HUB : LANES + lane;
}

function merge(own: Reading, others: readonly LaneReading[]): Reading {
  const merged: Reading = { ...own };
  for (const { parts, receipts, beats, connected, acts, ahead } of others) {
    merged.parts = [...merged.parts, ...parts];
    merged.receipts = [...merged.receipts, ...receipts];
    merged.beats = [...merged.beats, ...beats];
    merged.connected = [...merged.connected, ...connected];
    merged.acts = [...merged.acts, ...acts];
    merged.ahead = [...merged.ahead, ...ahead];
  }
  inOrder(merged.parts);
  return merged;
}
