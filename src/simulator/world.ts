import { sum } from './arithmetic';
import { deliver, groupRequests } from './deliver';
import type { Delivery, DeliveryRequest } from './deliver';
import { makeFeedFaults } from './faults/feed-faults';
import { makeMasterFault } from './faults/master-faults';
import { makeMessageFault, nameUnknownOrderLately } from './faults/message-faults';
import { ORDER_FAULT_SCRIPTS } from './faults/order-faults';
import { MASTER_FAULTS, MESSAGE_FAULTS, ORDER_FAULTS, planned, STOCK_FAULTS } from './faults/plan';
import type { FaultPlan } from './faults/plan';
import { harmlessCounts, makeStockFault } from './faults/stock-faults';
import { createCustomers } from './master/customers';
import { tellLastWords, tellMasterData } from './master/documents';
import { createCatalogue, stockedItems } from './master/items';
import * as middleware from './middleware-messages';
import { consolidate } from './orders/invoicing';
import { NEAR_MISSES } from './orders/near-misses';
import { WAREHOUSES } from './orders/order';
import { play, playUsual } from './orders/script';
import type { OrderScript } from './orders/script';
import { Random } from './random';
import { Recorder } from './recorder';
import type { Emission, ExpectedDrift } from './recorder';
import { Numbers } from './scene';
import type { Scene } from './scene';
import { sourcesOf } from './sources';
import type { SourceConfig } from './sources';
import { StockBook } from './stock/book';
import { countAll } from './stock/counts';
import { explainedDifferences, usualMovements } from './stock/movements';
import { HOUR, iso, SECOND, timelineFrom } from './timeline';

export interface WorldOptions {
  seed: number;
  /** Orders of the day; the scripted ones (near misses, faults) count, and there are never fewer than these. */
  orders: number;
  /** Start of the day. The world ends 94 hours later, and nothing in it has a later clock: leave it 4 days. */
  startAt: Date | number;
  faults: FaultPlan;
  /** Days over which orders are placed, at most 30; one where unset, and what the times above say grows with it. */
  days?: number;
}

export interface World {
  readonly startAt: number;
  /** The greatest clock of every feed. */
  readonly endAt: number;
  readonly orderCount: number;
  /** Every message in the order of delivery: late, repeated and shuffled as the seed has it. */
  messages(): Iterable<Delivery>;
  /** The same messages, grouped into HTTP bodies. */
  requests(): Iterable<DeliveryRequest>;
  sources(): SourceConfig[];
  /** Exactly the drifts that must be open once every message has been folded. */
  truth(): ExpectedDrift[];
}

/** Makes a world: a pure function of its options. */
export function createWorld(options: WorldOptions): World {
  const startAt = Math.floor(Number(options.startAt) / SECOND) * SECOND;
  const random = new Random(options.seed);
  const scene = createScene(random, startAt, options);
  const orderCount = playOrders(scene, options);
  const silentFeed = (options.faults['silent-feed'] ?? 0) > 0;
  playTheRest(scene, options, silentFeed);
  const emissions: readonly Emission[] = scene.recorder.seal(8_812);
  const deliveries = () => deliver(emissions, random.fork('delivery'));
  return {
    startAt,
    endAt: scene.times.endAt,
    orderCount,
    messages: deliveries,
    requests: () => groupRequests(deliveries(), random.fork('requests')),
    sources: () => sourcesOf(scene.times.startsAt, silentFeed),
    truth: () => scene.recorder.truth(),
  };
}

function createScene(random: Random, startAt: number, options: WorldOptions): Scene {
  const { orders, faults } = options;
  const times = timelineFrom(startAt, options.days);
  const undisturbed = planned(faults, ORDER_FAULTS).map(
    ({ kind }) => ORDER_FAULT_SCRIPTS[kind].undisturbed ?? 0,
  );
  const reserved =
    26 + planned(faults, STOCK_FAULTS).length + planned(faults, MASTER_FAULTS).length + sum(undisturbed);
  const catalogue = createCatalogue(random.fork('items'), times.setupAt, orders, reserved);
  const untouched = [...catalogue.reserved];
  return {
    random: random.fork('trading'),
    times,
    catalogue,
    customers: createCustomers(random.fork('customers'), orders),
    numbers: new Numbers(),
    book: new StockBook(times.openingAt, random.fork('opening')),
    recorder: new Recorder(),
    unbilled: new Map(),
    miscounted: new Map(),
    onceOpened: [],
    undisturbed: () => {
      const item = untouched.pop();
      if (!item) throw new RangeError('too few reserved items');
      return item;
    },
  };
}

/** Plays the day's orders in the order in which they were placed; returns how many there were. */
function playOrders(scene: Scene, { orders, faults }: WorldOptions): number {
  const { random, times } = scene;
  const scripts: { script: OrderScript; faultId: string }[] = [
    ...Object.entries(NEAR_MISSES).map(([name, script]) => ({ script, faultId: name })),
    ...planned(faults, ORDER_FAULTS).map(({ kind, faultId }) => ({
      script: ORDER_FAULT_SCRIPTS[kind],
      faultId,
    })),
  ];
  const count = Math.max(orders, scripts.length);
  const turns = random.shuffled(Array.from({ length: count }, (_, n) => scripts[n]));
  const seconds = (times.tradingTo - times.tradingFrom) / SECOND;
  const clocks = turns.map(() => times.tradingFrom + random.int(0, seconds) * SECOND).sort((a, b) => a - b);
  turns.forEach((turn, n) => {
    const orderedAt = clocks[n] ?? times.tradingFrom;
    if (turn) play(scene, turn.script, orderedAt, turn.faultId);
    else playUsual(scene, orderedAt);
  });
  return count;
}

function playTheRest(scene: Scene, { orders, faults }: WorldOptions, silentFeed: boolean): void {
  const { times, catalogue, book } = scene;
  consolidate(scene);
  usualMovements(scene, orders);
  explainedDifferences(scene);
  for (const { kind, faultId } of planned(faults, STOCK_FAULTS)) makeStockFault(scene, kind, faultId);
  for (const { kind, faultId } of planned(faults, MESSAGE_FAULTS)) makeMessageFault(scene, kind, faultId);
  for (const { kind, faultId } of planned(faults, MASTER_FAULTS)) makeMasterFault(scene, kind, faultId);
  harmlessCounts(scene);
  makeFeedFaults(scene, faults);
  nameUnknownOrderLately(scene);
  if (silentFeed) fallSilent(scene);
  beat(scene);
  tellMasterData(scene);
  tellLastWords(scene);
  const items = stockedItems(catalogue);
  book.open(
    items.map((item) => item.code),
    WAREHOUSES,
  );
  for (const act of scene.onceOpened) act();
  countAll(scene, items, times.openingAt, 118);
  countAll(scene, items, times.closingAt, 119);
}

/** A second middleware says a few things in the morning and then nothing any more. */
function fallSilent(scene: Scene): void {
  const { recorder, catalogue, times } = scene;
  catalogue.general.slice(0, 3).forEach((item, n) => {
    const at = times.openingAt + (n + 1) * 600 * SECOND;
    const message = { id: `old-${n + 1}`, type: 'sync.succeeded', at: iso(at), from: 'prima', to: 'scend' };
    recorder.raw('middleware-legacy', message.type, at, {
      ...message,
      entity: 'product',
      ref: item.code,
      attempt: 1,
    });
  });
  recorder.expect({
    detector: 'feed-stale',
    subject: { kind: 'feed', source: 'middleware-legacy' },
    faultId: 'silent-feed-1',
  });
}

/** Every hour the middleware says up to when it has passed everything on. */
function beat(scene: Scene): void {
  const { recorder, numbers, times } = scene;
  for (let at = times.openingAt; at < times.endAt; at += HOUR) {
    for (const source of ['prima', 'scend'] as const) {
      recorder.middleware(at, middleware.heartbeat(numbers, at, source, at - 30 * SECOND));
    }
  }
}
