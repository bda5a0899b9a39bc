import fc from 'fast-check';
import { diff } from '../../src/projections/diff';
import { build } from '../../src/projections/rebuild';
import { insertOutbox } from '../../src/reactions/outbox';
import { type House, inHouse } from './support/house';
import { everyFault } from '../../src/simulator';
import { WORLD_OVER, deliver, messagesOf, sourcesOf, worlds } from './support/worlds';

/** A world without faults gives a replay nothing that it could repeat. */
const faulty = () => worlds({ faults: fc.constantFrom(everyFault(1), everyFault(2)) });

describe('law 5: a replay is silent', () => {
  it('it appends no fact and writes nothing to the outbox, however often it is run', async () => {
    await fc.assert(
      fc.asyncProperty(faulty(), fc.constantFrom(20, 200, undefined), (world, maxCases) =>
        inHouse(async (house) => {
          await house.clock.set(world.startAt);
          await house.configure(sourcesOf(world));
          await deliver(house, messagesOf(world), [100]);
          await house.tick(WORLD_OVER);
          await house.fold(house.runner({ onEvents: insertOutbox, batch: 300 }));
          const before = await outside(house);
          expect(before.outbox.length).toBeGreaterThan(0);
          await house.rebuild({ maxCases });
          await house.rebuild();
          expect(await outside(house)).toEqual(before);
          // Nor does a shadow that finds something else, nor who compares it.
          const { generation } = await shadow(house);
          expect((await compared(house, generation)).drifts.length).toBeGreaterThan(0);
          expect(await outside(house)).toEqual(before);
          // The runner that goes on from the new generation has nothing to say of what is known already.
          await house.fold(house.runner({ onEvents: insertOutbox }));
          expect(await outside(house)).toEqual(before);
        }),
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('nothing is appended or alerted for facts that it folds before live does', async () => {
    await fc.assert(
      fc.asyncProperty(worlds(), fc.integer({ min: 0, max: 8 }), (world, batches) =>
        inHouse(async (house) => {
          await house.clock.set(world.startAt);
          await house.configure(sourcesOf(world));
          await deliver(house, messagesOf(world), [100]);
          await house.tick(WORLD_OVER);
          const live = house.runner({ onEvents: insertOutbox, batch: 100 });
          await live.step();
          for (let i = 0; i < batches; i++) await live.step();
          const before = await outside(house);
          await house.rebuild();
          expect(await outside(house)).toEqual(before);
        }),
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

async function compared({ pool, ledger, settings }: House, generation: number) {
  return diff({ pool, ledger, settings, generation });
}

/** By a policy that tells of nothing that was found. */
async function shadow({ pool, ledger, settings }: House) {
  const { rows } = await pool.query<{ detector: string }>('SELECT DISTINCT detector FROM live.drifts');
  const detectors = Object.fromEntries(rows.map(({ detector }) => [detector, { enabled: false }]));
  const policy = { ...settings.policy, detectors };
  return build({ pool, ledger, settings: { ...settings, policy } });
}

/** All that a replay could be heard by: the ledger's head, its facts, and the rows of the outbox with their states. */
async function outside({ pool }: House): Promise<{ ledger: unknown; outbox: unknown[] }> {
  const head = await pool.query(
    'SELECT h.*, (SELECT count(*) FROM ledger.facts) AS facts FROM ledger.head h',
  );
  const rows = await pool.query('SELECT * FROM app.outbox ORDER BY id');
  return { ledger: head.rows[0], outbox: rows.rows };
}
