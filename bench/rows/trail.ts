/** One order's audit trail over HTTP, in a large ledger and in one of 10,000 facts. */
import { startEmbedded } from '../../src/platform/database/embedded';
import { createLogger } from '../../src/platform/logging';
import { type Figure, grouped, withUnit } from '../support/figure';
import type { Lab, LedgerFolder, Measurement } from '../support/lab';
import { TINY_FACTS, fold } from '../support/ledgers';
import { withPool } from '../support/server';
import { type Service, startService } from '../support/service';
import { median, percentile } from '../support/statistics';

const ROUNDS = 6;
const ASKED = 250;
/** Facts of an order that has been told to its end. */
const COMPLETE = 9;

export const trail: Measurement = {
  rows: [{ name: 'trail', what: "one order's audit trail, p99, and against a ledger of 10,000 facts" }],
  async measure(lab) {
    const [large, tiny] = [await lab.ledgers.large(lab), await lab.ledgers.tiny(lab)];
    await fold(lab, large);
    await fold(lab, tiny);
    const inLarge = await startService(lab, large.dataDir);
    try {
      const inTiny = await startService(lab, tiny.dataDir);
      try {
        return await measure(lab, { large, tiny }, { large: inLarge, tiny: inTiny });
      } finally {
        await inTiny.stop();
      }
    } finally {
      await inLarge.stop();
    }
  },
};

interface Both<T> {
  large: T;
  tiny: T;
}

async function measure(lab: Lab, ledgers: Both<LedgerFolder>, services: Both<Service>): Promise<Figure[]> {
  const orders = { large: await someOrders(ledgers.large), tiny: await someOrders(ledgers.tiny) };
  const times: Both<number[]> = { large: [], tiny: [] };
  // The first round warms up both services and is not counted.
  for (let round = 0; round < ROUNDS; round++) {
    for (const which of ['tiny', 'large'] as const) {
      const took = await ask(services[which], sliceOf(orders[which], round * ASKED, ASKED));
      if (round > 0) times[which].push(...took);
    }
    lab.signal.throwIfAborted();
  }
  const [p50, p99] = [median(times.large), percentile(times.large, 99)];
  const [tiny50, tiny99] = [median(times.tiny), percentile(times.tiny, 99)];
  lab.say(
    `trail: p50 ${withUnit(p50, 'ms')}, p99 ${withUnit(p99, 'ms')}; of 10,000 facts ${withUnit(tiny50, 'ms')}`,
  );
  const runs = { largeMs: times.large.map(rounded), tinyMs: times.tiny.map(rounded) };
  return [
    {
      row: 'trail',
      what: "one order's trail over HTTP, p99",
      ceiling: null,
      result: `p50 ${withUnit(p50, 'ms')} in ${grouped(ledgers.large.facts)} facts, ${times.large.length} orders`,
      measured: p99,
      unit: 'ms',
      better: 'lower',
      required: 10,
      aim: null,
      runs,
    },
    {
      row: 'trail',
      what: `its median / in a ledger of ${grouped(TINY_FACTS)} facts`,
      ceiling: `p50 ${withUnit(tiny50, 'ms')}, p99 ${withUnit(tiny99, 'ms')}`,
      result: `p50 ${withUnit(p50, 'ms')}, p99 ${withUnit(p99, 'ms')}`,
      measured: p50 / tiny50,
      unit: 'times',
      better: 'lower',
      // "No slower", with room for the noise of a machine that does other things.
      required: 1.2,
      aim: 1,
      runs: {},
    },
  ];
}

/** Around the end to the beginning: the tiny ledger has fewer orders than are asked for. */
function sliceOf(orders: readonly string[], from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => orders[(from + index) % orders.length] ?? '');
}

const rounded = (ms: number) => Math.round(ms * 1000) / 1000;

/** Random complete orders, each by its public name, so that the trails of both ledgers are equally long. */
async function someOrders({ dataDir }: LedgerFolder): Promise<string[]> {
  const guest = await startEmbedded({ dataDir, log: createLogger('warn'), mode: 'guest' });
  const { rows } = await withPool(guest.url, (pool) =>
    pool.query<{ subject: string }>(
      `SELECT subject FROM live.cases WHERE kind = 'order' AND cardinality(facts) >= $1 ORDER BY random() LIMIT $2`,
      [COMPLETE, ROUNDS * ASKED],
    ),
  );
  if (rows.length === 0) throw new Error('no order was told to its end');
  return rows.map(({ subject }) => subject.slice('order:'.length));
}

/** One after the other, on a connection that stays open. Milliseconds until the whole answer was there. */
async function ask({ http }: Service, orders: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const order of orders) {
    const started = performance.now();
    const { status, body } = await http.get(`/v1/orders/${encodeURIComponent(order)}/trail`);
    times.push(performance.now() - started);
    if (status !== 200) throw new Error(`the trail of ${order} was answered with ${status}: ${body}`);
    const { items } = JSON.parse(body) as { items: unknown[] };
    if (items.length < COMPLETE) throw new Error(`the trail of ${order} has ${items.length} facts`);
  }
  return times;
}
