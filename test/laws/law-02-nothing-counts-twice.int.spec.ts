import fc from 'fast-check';
import type { World } from '../../src/simulator';
import { type Current, type CurrentOptions, currentOf, differences } from './support/current';
import { type House, type Message, inHouse } from './support/house';
import { respelled } from './support/notation';
import { randomFrom } from './support/shuffle';
import { WORLD_OVER, deliver, messagesOf, sourcesOf, withoutSilence, worlds } from './support/worlds';

const plan = fc.constantFrom(withoutSilence(1), withoutSilence(2));
const seed = fc.integer();
const blocks = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 8 });

describe('law 2: nothing counts twice', () => {
  it('repeats, in any number and between any others, are not recorded and change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(worlds({ faults: plan }), seed, blocks, async (world, random, sizes) => {
        const once = withoutRepeats(messagesOf(world));
        const often = interleaved(once, random, (message) => message);
        const told = await inHouse((house) => seen(house, world, once, [200]));
        const retold = await inHouse(async (house) => {
          const current = await seen(house, world, often, sizes);
          expect(await payloads(house)).toEqual(once.map(({ body }) => body));
          return current;
        });
        expect(differences(told, retold)).toEqual([]);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('one message sent by many at once is one fact, and each of them learns its position', async () => {
    await fc.assert(
      fc.asyncProperty(worlds(), fc.integer({ min: 2, max: 24 }), (world, callers) =>
        inHouse(async (house) => {
          await house.configure(sourcesOf(world));
          const messages = withoutRepeats(messagesOf(world)).slice(0, 40);
          const answers = await Promise.all(
            Array.from({ length: callers }, (_, caller) =>
              house.append([...messages.slice(caller), ...messages.slice(0, caller)]),
            ),
          );
          expect(await payloads(house)).toHaveLength(messages.length);
          const first = answers.flat().filter(({ duplicate }) => !duplicate);
          expect(first).toHaveLength(messages.length);
          for (const [caller, receipts] of answers.entries()) {
            const told = receipts.map(({ position }) => position);
            const turned = [...told.slice(-caller), ...told.slice(0, -caller)];
            expect(caller === 0 ? told : turned).toEqual(answers[0]?.map(({ position }) => position));
          }
        }),
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('the same event in other bytes is another fact and counts once in every case', async () => {
    await fc.assert(
      fc.asyncProperty(worlds({ faults: plan }), seed, blocks, async (world, random, sizes) => {
        const once = withoutRepeats(messagesOf(world));
        const often = interleaved(once, random, (message) =>
          message.faulty ? message : { ...message, body: respelled(message.body) },
        );
        const told = await inHouse((house) => seen(house, world, once, [200], { notation: true }));
        const retold = await inHouse(async (house) => {
          const current = await seen(house, world, often, sizes, { notation: true });
          expect((await payloads(house)).length).toBeGreaterThan(once.length);
          return current;
        });
        expect(differences(told, retold)).toEqual([]);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

async function seen(
  house: House,
  world: World,
  messages: readonly Message[],
  sizes: readonly number[],
  options?: CurrentOptions,
): Promise<Current> {
  await house.clock.set(world.startAt);
  await house.configure(sourcesOf(world));
  await deliver(house, messages, sizes);
  await house.tick(WORLD_OVER);
  await house.fold();
  return currentOf(house.pool, options);
}

function withoutRepeats<M extends Message>(messages: readonly M[]): M[] {
  return [...new Map(messages.map((message) => [`${message.source} ${message.body}`, message])).values()];
}

/** Each message once in its place; every other one again, once to three times, anywhere after it. */
function interleaved<M>(messages: readonly M[], seed: number, again: (message: M) => M): M[] {
  const random = randomFrom(seed);
  const places = messages.flatMap((message, index) => {
    const times = random() < 0.5 ? 0 : 1 + Math.floor(random() * 3);
    const repeats = Array.from({ length: times }, () => ({
      message: again(message),
      place: index + random() * (messages.length - index),
    }));
    return [{ message, place: index }, ...repeats];
  });
  return places.sort((a, b) => a.place - b.place).map(({ message }) => message);
}

async function payloads({ pool }: House): Promise<string[]> {
  const { rows } = await pool.query<{ payload: string }>(
    `SELECT payload FROM ledger.facts WHERE source <> 'tallystick' ORDER BY position`,
  );
  return rows.map(({ payload }) => payload);
}
