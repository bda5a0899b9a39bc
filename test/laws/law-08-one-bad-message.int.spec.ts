import fc from 'fast-check';
import { sourceKinds } from '../../src/domain/sources/registry';
import { readJson } from '../../src/domain/sources/json';
import { type Current, currentOf, differences } from './support/current';
import { garbage } from './support/garbage';
import { type House, type Message, inHouse } from './support/house';
import { rowsOf } from './support/rows';
import { randomFrom } from './support/shuffle';
import { HOUR, WORLD_OVER, deliver, messagesOf, sourcesOf, withoutSilence, worlds } from './support/worlds';

const plan = fc.constantFrom(withoutSilence(1));
const bad = fc.array(fc.oneof(garbage('prima'), garbage('scend'), garbage('middleware')), {
  minLength: 5,
  maxLength: 40,
});
const blocks = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 6 });

describe('law 8: one bad message stops nobody', () => {
  it('messages that nobody understands change no other key', async () => {
    await fc.assert(
      fc.asyncProperty(
        worlds({ faults: plan }),
        bad,
        fc.integer(),
        blocks,
        async (world, rubbish, seed, sizes) => {
          const messages = messagesOf(world);
          const clean = await inHouse(async (house) => {
            await house.configure(sourcesOf(world));
            await deliver(house, messages, sizes);
            return judged(house);
          });
          await inHouse(async (house) => {
            await house.configure(sourcesOf(world));
            const broken = [...rubbish, ...spoiled(house, messages, seed)];
            await deliver(house, mixed(messages, broken, seed), sizes);
            const disturbed = await judged(house);
            expect(differences(without(clean, clean), without(disturbed, clean))).toEqual([]);
            await everyBadMessageIsVisible(house, broken);
          });
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('quantities at the edge of what is exact, added up beyond it, stop no other key and no rebuild', async () => {
    await inHouse(async (house) => {
      const [world] = fc.sample(worlds({ faults: plan }), { seed: 8, numRuns: 1 });
      await house.configure(sourcesOf(world!));
      const messages = messagesOf(world!);
      const giants = [1, 2, 3].map((n) => ({ source: 'scend', body: giantDispatch(n, messages) }));
      giants.push({ source: 'scend', body: giantReceipt });
      await deliver(house, [...messages.slice(0, 900), ...giants, ...messages.slice(900)], [120], {
        from: WORLD_OVER - HOUR,
        stepMs: 1,
      });
      await house.tick(WORLD_OVER);
      await house.fold();
      await everyBadMessageIsVisible(house, giants.slice(-1));
      const before = await rowsOf(house.pool);
      expect(before.cases.filter(({ kind }) => kind === 'order').length).toBeGreaterThan(10);
      await house.rebuild();
      expect(differences(await rowsOf(house.pool), before)).toEqual([]);
    });
  });
});

async function judged(house: House): Promise<Current> {
  await house.tick(WORLD_OVER);
  await house.fold();
  return currentOf(house.pool, { notation: true });
}

/** Quarantined messages are keys of their own; so are the streams that nobody but them has ever named. */
function without({ cases, drifts }: Current, than: Current): Current {
  const isOwn = (name: string) =>
    name.startsWith('message:') || (name.startsWith('feed:') && than.cases[name] === undefined);
  const others = (part: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(part).filter(([name]) => !isOwn(name)));
  return { cases: others(cases), drifts: others(drifts) };
}

async function everyBadMessageIsVisible(house: House, broken: readonly Message[]): Promise<void> {
  const { rows } = await house.pool.query<{ status: string | null }>(
    `SELECT (SELECT max(d.status) FROM live.drifts d JOIN live.cases c ON c.key = d.case_key
              WHERE c.key = 'message:' || f.position AND d.detector IN ('message-invalid', 'message-unmapped')) AS status
       FROM unnest($1::bytea[]) AS b (identity) LEFT JOIN ledger.facts f USING (identity)`,
    [broken.map((message) => house.proposal(message).identity)],
  );
  expect(rows).toHaveLength(broken.length);
  expect(rows.filter(({ status }) => status !== 'open')).toEqual([]);
}

const AHEAD = JSON.stringify(new Date(WORLD_OVER + 20 * HOUR).toISOString());

/** Real messages of which one value was replaced, so that they mean nothing any more but still carry real keys. */
function spoiled(house: House, messages: readonly Message[], seed: number): Message[] {
  const random = randomFrom(seed);
  const values = [
    'null',
    '"no such"',
    '1e999',
    '-1',
    '{}',
    '[]',
    '"1970-01-01T00:00:00Z"',
    '123456789012345678',
  ];
  return Array.from({ length: 60 }, () => {
    const { source, body } = messages[Math.floor(random() * messages.length)]!;
    // Some with a clock that runs ahead of all others: a watermark must not believe it.
    const text = random() < 0.5 ? body : body.replaceAll(/"20\d\d-\d\d-\d\dT[^"]*"/g, AHEAD);
    const members = Object.entries(JSON.parse(text) as object);
    const victim = Math.floor(random() * members.length);
    const value = values[Math.floor(random() * values.length)]!;
    const parts = members.map(([name, member], index) => {
      return `${JSON.stringify(name)}:${index === victim ? value : JSON.stringify(member)}`;
    });
    return { source, body: `{${parts.join(',')}}` };
  }).filter((message) => !isUnderstood(house, message));
}

function isUnderstood(house: House, { source, body }: Message): boolean {
  const settings = house.sources.get(source)!;
  return sourceKinds.get(settings.kind)!.translate(readJson(body), settings).ok;
}

function mixed(messages: readonly Message[], broken: readonly Message[], seed: number): Message[] {
  const random = randomFrom(seed + 1);
  return [
    ...messages.map((message, place) => ({ message, place })),
    ...broken.map((message) => ({ message, place: random() * messages.length })),
  ]
    .sort((a, b) => a.place - b.place)
    .map(({ message }) => message);
}

/** As many units as one line may have, of a SKU that others move, too. */
function giantDispatch(n: number, messages: readonly Message[]): string {
  const real = messages.find(({ body }) => body.includes('"order.dispatched"'))!;
  const event = JSON.parse(real.body) as {
    parcels: { lines: { qty: number }[] }[];
    event_id: string;
    dispatch_ref: string;
    order_ref: string;
    occurred_at: string;
  };
  // After the last count, so that every one of them moves the position.
  event.occurred_at = new Date(WORLD_OVER - HOUR).toISOString();
  event.event_id = `giant-${n}`;
  event.dispatch_ref = `GIANT-${n}`;
  event.order_ref = `SO-GIANT-${n}`;
  for (const parcel of event.parcels) for (const line of parcel.lines) line.qty = 999_999_999;
  return JSON.stringify(event);
}

/** Pallets of one SKU that together are more than can be told exactly. */
const giantReceipt = JSON.stringify({
  event_id: 'giant-receipt',
  event_type: 'goods.received',
  occurred_at: new Date(WORLD_OVER - HOUR).toISOString(),
  client_id: 'ACME',
  warehouse: 'UK1',
  po_ref: 'PO-GIANT',
  lines: [1, 2].map(() => ({ sku: 'GIANT', qty: 999_999_999 })),
});
