import path from 'node:path';
import { checkedMapping } from '../../src/domain/mapping/check';
import { Mappings, noMappings } from '../../src/domain/mapping/mappings';
import { createWorld, everyFault } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { reworded } from '../laws/support/words';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';
import { startProcess } from '../support/process';

const REBUILD = path.join(__dirname, '../support/rebuild-process.ts');
// A contradiction is told by its document's name, and a customer's document is named by the sender's word for the customer.
const faults = { ...everyFault(1), 'contradicted-customer': 0 };
const world = createWorld({ seed: 3, orders: 25, faults, startAt: WORLD_START });
const words = reworded(messagesOf(world));
const mapping = new Mappings(checkedMapping(words.mapping, sourcesOf(world)));

/** What stands and what happened, told by the drifts; documents are named by their senders' words. */
async function told(messages: typeof words.plain, by: Mappings) {
  return inHouse(
    async (house) => {
      await house.configure(sourcesOf(world));
      await deliver(house, messages, [40]);
      await house.tick(WORLD_OVER);
      await house.fold();
      const live = await rowsOf(house.pool);
      await house.rebuild({ lanes: 2 });
      expect(differences(await rowsOf(house.pool), live)).toEqual([]);
      const { next, ended } = startProcess(REBUILD, [house.url, '2']);
      expect(await next()).toMatchObject({ position: (await house.ledger.head()).position });
      expect(await ended).toBe(0);
      expect(differences(await rowsOf(house.pool), live)).toEqual([]);
      return { drifts: live.drifts, drift_events: live.drift_events };
    },
    { mapping: by },
  );
}

it('a world told in other words, with a mapping that says so, has the same drifts: live, by lanes and in threads', async () => {
  expect(Object.keys(words.mapping).sort()).toEqual([
    'customer-links',
    'reason-codes',
    'sku-aliases',
    'status-labels',
    'stock-status',
    'tax-codes',
    'units',
  ]);
  const before = await told(words.plain, noMappings);
  expect(before.drifts.length).toBeGreaterThan(10);
  expect(differences(await told(words.messages, mapping), before)).toEqual([]);
});
