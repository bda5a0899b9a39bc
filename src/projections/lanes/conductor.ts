/**
 * Many engines as one. Facts go through four stations, several batches of blocks at a time: they are divided, and read by
 * lanes and here; articles, customers and feeds are folded here; orders are folded in their lanes; stock cases, which
 * orders tell what they moved, are folded here at the end. No station looks back, so none waits for a later one.
 */
import { BLOCK } from '../../ledger/fact-rows';
import type { FactRows } from '../../ledger/rows';
import type { FeedState } from '../../domain/cases/feed';
import type { Instant } from '../engine/instant';
import type { Failures } from '../bisect';
import type { Readable, Shown, Told } from '../engine/records';
import { leavingOut } from '../fold-failures';
import { type Reading, readBlock } from '../engine/reading';
import type { BulkCases } from '../bulk/bulk-cases';
import type { ProjectionSettings } from '../settings';
import { translate } from '../translate';
import { type Lane, type LaneInstant, type LaneReading, type Later, inOrder } from './lane';
import { Batch, type LaneRows, Slabs } from './batch';
import { Reader, STOCK, laneOf } from './split';

/** Facts in one message to a lane: small blocks are sent together. */
const BATCH_FACTS = 2_000;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Batches between the first station and the last. */
const IN_FLIGHT = 5;
/** Of those, read and not folded: what is read early lives long, and the collector pays for it. */
const READ_AHEAD = 3;

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
  /** Facts that are left out. */
  failures: Failures;
  /** Told after each batch, of the position up to which everything is folded. */
  onFolded(position: number): void;
}

export class Conductor {
  private readonly slabs = new Slabs();
  private readonly reader: Reader;
  private readonly leaveOut: (fact: Readable) => Readable;
  private batch: Batch;
  private readonly underWay: Promise<unknown>[] = [];
  private readonly unfolded: Promise<unknown>[] = [];
  private hubbed: Promise<unknown> = Promise.resolve();
  private stocked: Promise<void> = Promise.resolve();

  constructor(private readonly station: Station) {
    const { settings, lanes, failures } = station;
    this.leaveOut = leavingOut(failures);
    this.reader = new Reader(settings, lanes.length);
    this.batch = new Batch(lanes.length, this.slabs);
  }

  /** Folds them all; waits where too much is under way. Throws what any station threw. */
  async fold(rows: AsyncIterable<FactRows>): Promise<void> {
    let block = -1;
    for await (const some of rows) {
      while (some.next()) {
        const number = some.int64(BLOCK);
        if (number !== block) {
          if (this.batch.facts >= BATCH_FACTS || this.batch.bytes >= BATCH_BYTES) await this.send();
          this.batch.begin(some);
          block = number;
        }
        this.batch.add(some, this.reader.of(some));
      }
    }
    await this.send();
    await this.ended();
  }

  /** Nothing is under way any more. Rejects as the first did that failed. */
  async ended(): Promise<void> {
    const last = [...this.underWay.splice(0), this.hubbed, this.stocked];
    await Promise.allSettled(last);
    await Promise.all(last);
  }

  private async send(): Promise<void> {
    const { batch } = this;
    if (batch.facts === 0) return;
    this.batch = new Batch(this.station.lanes.length, this.slabs);
    const { folded, stocked } = this.pass(batch);
    for (const [queue, station, most] of [
      [this.unfolded, folded, READ_AHEAD],
      [this.underWay, stocked, IN_FLIGHT],
    ] as const) {
      // Its failure is told when it is waited for.
      station.catch(() => undefined);
      queue.push(station);
      if (queue.length >= most) await queue.shift();
    }
  }

  private pass(batch: Batch): { folded: Promise<unknown>; stocked: Promise<void> } {
    const reading = this.read(batch);
    const before = this.hubbed;
    const hubbed = Promise.all([reading, before]).then(([read]) => this.foldHub(read()));
    this.hubbed = hubbed;
    const folded = hubbed.then(async ({ lanes, stock }) => {
      const { lanes: all } = this.station;
      const sent = await Promise.all(all.map((lane, index) => lane.fold(lanes[index] ?? [])));
      return { stock, sent };
    });
    const lastStocked = this.stocked;
    const stocked = Promise.all([folded, lastStocked]).then(([{ stock, sent }]) =>
      this.foldStock(
        stock,
        sent.map((told) => told()),
      ),
    );
    this.stocked = stocked;
    return { folded, stocked };
  }

  /** Has each part read, and puts together what was read. */
  private async read(batch: Batch): Promise<Later<Reading[]>> {
    const { lanes, settings } = this.station;
    const rows = batch.laneRows();
    const reading = Promise.all(lanes.map((lane, index) => lane.read(rows[index] as LaneRows)));
    const own = batch.blocks.map(({ own: facts, first, last, at }) =>
      readBlock(
        facts.map((fact) => this.leaveOut(translate(fact, settings.source(fact.source), settings.mapping))),
        first,
        last,
        at,
      ),
    );
    const answers = await reading;
    for (const { slab } of rows) this.slabs.giveBack(slab);
    return () => {
      const readings = answers.map((read) => read());
      return own.map((one, index) =>
        merge(
          one,
          readings.map((of) => of[index] as LaneReading),
        ),
      );
    };
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
