import fc from 'fast-check';
import { type House, inHouse } from './support/house';
import { rowsOf } from './support/rows';
import { randomFrom } from './support/shuffle';
import { compareWithTruth, nameOf } from './support/truth';
import {
  HOUR,
  WORLD_OVER,
  type WorldMessage,
  deliver,
  messagesOf,
  sourcesOf,
  withoutSilence,
  worlds,
} from './support/worlds';

/** Counterparts that somebody waits for, and the field that names one of them in all its notations and repeats. */
const COUNTERPARTS: Record<string, string> = {
  'order.received': 'event_id',
  ItemFulfilment: 'fulfilmentNo',
  Invoice: 'invoiceNo',
  'item.synchronised': 'event_id',
  SalesOrder: 'salesOrderNo',
};

describe('law 6: late is not wrong', () => {
  it('a drift whose counterpart comes late resolves itself and names that fact', async () => {
    await fc.assert(
      fc.asyncProperty(
        worlds({ faults: fc.constantFrom({}, withoutSilence(1)) }),
        fc.integer(),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        (world, seed, blocks) =>
          inHouse(async (house) => {
            const { inTime, late } = withheld(messagesOf(world), seed);
            await house.clock.set(world.startAt);
            await house.configure(sourcesOf(world));
            await deliver(house, inTime, [200]);
            await house.tick(WORLD_OVER);
            const runner = house.runner();
            await house.fold(runner);
            const before = await compareWithTruth(house.pool, world);
            expect(before.extra.length).toBeGreaterThan(0);

            const { position: last } = await house.ledger.head();
            await deliver(house, late, blocks, { from: WORLD_OVER, stepMs: HOUR });
            await house.fold(runner);
            expect(await compareWithTruth(house.pool, world)).toEqual({ missed: [], extra: [] });
            await everyResolutionIsByALateFact(house, before.extra, last);
          }),
      ),
      { numRuns: 6, endOnFailure: true },
    );
  });
});

async function everyResolutionIsByALateFact(
  house: House,
  names: readonly string[],
  after: number,
): Promise<void> {
  const { drifts } = await rowsOf(house.pool);
  // What is open now is true: only its cause was told otherwise before. Or something that is true supersedes it.
  const over = drifts.filter((row) => names.includes(nameOf(row)) && row.status === 'resolved');
  expect(over.length).toBeGreaterThan(0);
  for (const drift of over) {
    const by = Number(drift.resolved_by);
    expect(by).toBeGreaterThan(after);
    const [fact] = await house.ledger.at([by]);
    expect(drift.resolved_at?.getTime()).toBe(fact!.recordedAt);
    // The fact speaks of the very key whose halves have met.
    const [kind, id = ''] = drift.case_key.split(/:(.*)/);
    // A feed is judged after a whole block, and names the block's last fact.
    if (kind !== 'feed') expect(fact!.payload).toContain(kind === 'stock' ? id.split('@')[0] : id);
  }
}

/** About one in six counterparts comes only after the world is over, with all its versions, in any order. */
function withheld(
  messages: readonly WorldMessage[],
  seed: number,
): { inTime: WorldMessage[]; late: WorldMessage[] } {
  const random = randomFrom(seed);
  const chosen = new Map<string, boolean>();
  const isLate = ({ type, body }: WorldMessage): boolean => {
    const field = COUNTERPARTS[type];
    if (field === undefined) return false;
    const name = `${type} ${String((JSON.parse(body) as Record<string, unknown>)[field])}`;
    if (!chosen.has(name)) chosen.set(name, random() < 0.17);
    return chosen.get(name) === true;
  };
  const late = messages.filter(isLate);
  return { inTime: messages.filter((message) => !late.includes(message)), late: late.reverse() };
}
