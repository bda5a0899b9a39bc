import fc from 'fast-check';
import { type World, noFaults } from '../../src/simulator';
import { type Current, currentOf, differences } from './support/current';
import { type House, type Message, inHouse } from './support/house';
import { rowsOf } from './support/rows';
import {
  HOUR,
  WORLD_OVER,
  WORLD_START,
  deliver,
  messagesOf,
  saidAt,
  sourcesOf,
  withoutSilence,
  worlds,
} from './support/worlds';

/** What is missing, or does not agree, where this source's feed would have brought it. */
const MISSING: Record<string, readonly string[]> = {
  scend: ['order-not-in-warehouse', 'sku-not-in-warehouse', 'stock-mismatch'],
  prima: ['shipment-not-in-erp', 'fulfilment-not-invoiced', 'reference-unresolved', 'stock-mismatch'],
};
const source = fc.constantFrom('scend', 'prima');
const plan = fc.constantFrom(noFaults, withoutSilence(1));
const silentFrom = fc.integer({ min: 2, max: 11 }).map((hour) => WORLD_START + hour * HOUR);
const blocks = fc.array(fc.integer({ min: 20, max: 200 }), { minLength: 1, maxLength: 4 });

describe('law 7: a feed that is down is never zero', () => {
  it('nothing on a silent feed is missing after its last word; when it speaks, what is missing is said', async () => {
    let said = 0;
    await fc.assert(
      fc.asyncProperty(
        worlds({ faults: plan }),
        source,
        silentFrom,
        blocks,
        async (world, feed, last, sizes) => {
          // The same things are lost, but here heartbeats go on saying that the feed is current.
          const known = await inHouse(async (house) => {
            await receive(house, world, sizes, (message) => isFrom(house, message, feed, last));
            await speak(house, feed);
            return missingIn(house, feed);
          });
          await inHouse(async (house) => {
            const lost = (message: Message) =>
              isFrom(house, message, feed, last) || isHeartbeatOf(message, feed, last);
            await receive(house, world, sizes, lost);
            const silent = await missingIn(house, feed);
            for (const { due_at } of Object.values(silent.due)) expect(due_at).toBeLessThanOrEqual(last);
            await speak(house, feed);
            const spoken = await missingIn(house, feed);
            expect(differences(spoken.drifts, known.drifts)).toEqual([]);
            said += Object.keys(spoken.drifts).length - Object.keys(silent.drifts).length;
          });
        },
      ),
      { numRuns: 5, endOnFailure: true },
    );
    expect(said).toBeGreaterThan(0);
  });

  it('a source that is connected and has never spoken lacks nothing', async () => {
    await fc.assert(
      fc.asyncProperty(worlds({ faults: plan }), source, (world, feed) =>
        inHouse(async (house) => {
          await receive(
            house,
            world,
            [200],
            (message) => message.source === feed || isHeartbeatOf(message, feed, 0),
          );
          expect((await missingIn(house, feed)).drifts).toEqual({});
        }),
      ),
      { numRuns: 2, endOnFailure: true },
    );
  });
});

/** The world without what is lost, up to long after it is over. */
async function receive(
  house: House,
  world: World,
  sizes: readonly number[],
  lost: (message: Message) => boolean,
): Promise<void> {
  await house.clock.set(world.startAt);
  await house.configure(sourcesOf(world));
  const arriving = messagesOf(world).filter((message) => !lost(message));
  await deliver(house, arriving, sizes);
  await house.tick(WORLD_OVER + 48 * HOUR);
  await house.fold();
}

function isFrom(house: House, message: Message, feed: string, after: number): boolean {
  return message.source === feed && saidAt(house, message) > after;
}

function isHeartbeatOf({ source: sender, body }: Message, feed: string, after: number): boolean {
  if (sender !== 'middleware' || !body.includes('feed.heartbeat')) return false;
  const { source: of, as_of: asOf } = JSON.parse(body) as { source: string; as_of: string };
  return of === feed && Date.parse(asOf) > after;
}

async function speak(house: House, feed: string): Promise<void> {
  const at = new Date(WORLD_OVER + 47 * HOUR).toISOString();
  const heartbeat = { id: `m-at-last-${feed}`, type: 'feed.heartbeat', at, source: feed, as_of: at };
  await house.append([{ source: 'middleware', body: JSON.stringify(heartbeat) }]);
  await house.fold();
}

interface Missing {
  drifts: Current['drifts'];
  /** By drift: when it was due. */
  due: Record<string, { due_at: number }>;
}

async function missingIn({ pool }: House, feed: string): Promise<Missing> {
  const detectors = MISSING[feed] ?? [];
  const { drifts } = await currentOf(pool);
  const rows = (await rowsOf(pool)).drifts.filter(
    ({ detector, status }) => detectors.includes(detector) && status !== 'resolved',
  );
  return {
    drifts: Object.fromEntries(
      Object.entries(drifts).filter(([, drift]) =>
        detectors.includes((drift as { detector: string }).detector),
      ),
    ),
    due: Object.fromEntries(
      rows.map(({ case_key, anchor, finding }) => [
        `${case_key} ${anchor}`,
        { due_at: (JSON.parse(finding) as { dueAt: number }).dueAt },
      ]),
    ),
  };
}
