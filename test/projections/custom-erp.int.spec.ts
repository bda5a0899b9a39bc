/** A custom source in the real ledger: what live builds, lanes in threads of their own build as well. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { customMapping } from '../../src/domain/sources/custom/mapping';
import { createWorld, everyFault } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';
import { asErpnext, SITE_ZONE } from '../support/erpnext';
import { startProcess } from '../support/process';

const REBUILD = path.join(__dirname, '../support/rebuild-process.ts');
const EXAMPLE = path.join(__dirname, '../../examples/custom-erp/mapping.json');
const mapping = customMapping.parse(JSON.parse(readFileSync(EXAMPLE, 'utf8')));

describe('a custom source', () => {
  it('is replayed, row for row, as it was folded live', () =>
    inHouse(async (house) => {
      const world = createWorld({ seed: 4, orders: 40, faults: everyFault(1), startAt: WORLD_START });
      const sources = sourcesOf(world).map((source) =>
        source.kind === 'prima' ? { ...source, kind: 'custom', timeZone: SITE_ZONE, mapping } : source,
      );
      await house.configure(sources);
      const messages = messagesOf(world).map((message) =>
        message.source === 'prima' ? { ...message, body: asErpnext(message.body) } : message,
      );
      await deliver(house, messages, [7, 60, 1, 200]);
      await house.tick(WORLD_OVER);
      await house.fold();
      const before = await rowsOf(house.pool);
      expect(new Set(before.drifts.map(({ detector }) => detector)).size).toBeGreaterThan(8);
      const { next, ended } = startProcess(REBUILD, [house.url, '2']);
      expect(await next()).toMatchObject({ position: (await house.ledger.head()).position });
      expect(await ended).toBe(0);
      expect(differences(await rowsOf(house.pool), before)).toEqual([]);
    }));
});
