import { Mappings } from '../../src/domain/mapping/mappings';
import { emptyMapping } from '../../src/domain/mapping/tables';
import { policySchema } from '../../src/domain/policy';
import { type Section, type SectionItems, diffPage, eachDifference } from '../../src/projections/diff';
import type { Page, Place } from '../../src/projections/diff/page';
import { liveGeneration } from '../../src/projections/generations';
import { build, promoteGeneration } from '../../src/projections/rebuild';
import {
  dispatched,
  fulfilment,
  hour,
  invoice,
  item,
  salesOrder,
  stockBalance,
  stockLevel,
} from '../api/story';
import { type House, inHouse } from '../laws/support/house';

const source = (name: string) => ({
  name,
  kind: name,
  timeZone: 'UTC',
  legalEntity: 'ACME',
  startsAt: null,
  expectedIntervalSeconds: null,
});

const SLIVER = { lineNo: 1, itemCode: 'BAG-2', quantity: '0.000001', uom: 'BOX' };

/** Three orders told in full, and of another a hair's breadth. */
async function told(house: House): Promise<void> {
  await house.clock.set(Date.parse(hour(24)));
  await house.configure([source('prima'), source('scend')]);
  const say = (name: string, ...messages: object[]) =>
    house.append(messages.map((message) => ({ source: name, body: JSON.stringify(message) })));
  await say('prima', item('BAG-1'), item('BAG-2'), ...['SO1', 'SO2', 'SO3'].map((no) => salesOrder(no)));
  await say('scend', stockLevel('BAG-1', 7), ...['1', '2', '3'].map((n) => dispatched(`SO${n}`, `D-${n}`)));
  await say('prima', stockBalance('BAG-1', '10'));
  for (const n of ['1', '2', '3'])
    await say('prima', fulfilment(`IF${n}`, `SO${n}`, `D-${n}`), invoice(`INV${n}`, `SO${n}`, [`IF${n}`]));
  await say('prima', fulfilment('IF4', 'SO4', null, { lines: [SLIVER] }));
  await house.fold();
}

const parts = ({ pool, ledger, settings }: House, generation: number) => ({
  pool,
  ledger,
  settings,
  generation,
});

async function all<S extends Section>(house: House, generation: number, section: S) {
  const items: SectionItems[S][] = [];
  await eachDifference(parts(house, generation), section, (some) => {
    items.push(...(some as SectionItems[S][]));
  });
  return items;
}

/** The same, asked for page by page. */
async function paged(house: House, generation: number, section: Section, limit: number): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let place: Place | null = null; ;) {
    const page: Page<unknown> = await diffPage(parts(house, generation), section, place, limit);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    if (page.place === null) return items;
    place = page.place;
  }
}

/** What Scend calls BAG-1 is BAG-2. */
const renamed = new Mappings({
  ...emptyMapping,
  'sku-aliases': [{ source: 'scend', from: 'BAG-1', to: 'BAG-2' }],
});
/** What Prima calls BAG-1 is BAG-2, and half a millionth is no quantity. */
const mistaken = new Mappings({
  ...emptyMapping,
  'sku-aliases': [{ source: 'prima', from: 'BAG-1', to: 'BAG-2' }],
  units: [{ source: 'prima', from: 'BOX', to: 'EA', factor: '0.5' }],
});

describe('the difference of two generations in full', () => {
  it('tells who sees to a drift and how grave it is, where only that is otherwise', () =>
    inHouse(async (house) => {
      await told(house);
      const { pool, ledger, settings } = house;
      const policy = policySchema.parse({
        owner: 'operations',
        detectors: { 'stock-mismatch': { severity: 'low' } },
      });
      const { generation } = await build({ pool, ledger, settings: { ...settings, policy } });
      expect(await all(house, generation, 'drifts')).toMatchObject([
        {
          change: 'changed',
          detector: 'stock-mismatch',
          before: { severity: 'high', owner: null },
          after: { severity: 'low', owner: 'operations' },
        },
      ]);
    }));

  it('has every field of an order and every position that a mapping changes, with both values', () =>
    inHouse(async (house) => {
      await told(house);
      const { pool, ledger, settings } = house;
      const { generation } = await build({ pool, ledger, settings: { ...settings, mapping: renamed } });

      const orders = await all(house, generation, 'orders');
      expect(orders[0]).toEqual({
        change: 'changed',
        subject: 'order:SC-1',
        path: expect.stringMatching(/^dispatched\[scend\/evt-\d+\]\.value\.lines\[0\]\.sku$/) as string,
        before: 'BAG-1',
        after: 'BAG-2',
      });
      expect(new Set(orders.map(({ subject }) => subject))).toEqual(
        new Set(['order:SC-1', 'order:SC-2', 'order:SC-3']),
      );
      expect(orders.every(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after))).toBe(
        true,
      );
      expect(await all(house, generation, 'stock')).toMatchObject([
        {
          change: 'changed',
          sku: 'BAG-1',
          before: { scend: { physical: '1' }, prima: { physical: '4' } },
          after: { scend: null, unexplained: null },
        },
        { change: 'changed', sku: 'BAG-2', before: { scend: null }, after: { scend: { physical: '1' } } },
      ]);
      // Prima's own documents say what they said.
      expect(await all(house, generation, 'matches')).toEqual([]);
      expect(await all(house, generation, 'quarantine')).toEqual([]);
      for (const section of ['orders', 'stock', 'drifts'] as const)
        expect(await paged(house, generation, section, 2)).toEqual(await all(house, generation, section));
    }));

  it('has matches that come out otherwise, messages that enter quarantine, and says it backwards of the one that was live', () =>
    inHouse(async (house) => {
      await told(house);
      const { pool, ledger, settings } = house;
      const live = await liveGeneration(pool);
      const { generation } = await build({ pool, ledger, settings: { ...settings, mapping: mistaken } });
      const matches = await all(house, generation, 'matches');
      expect(matches[0]).toEqual({
        change: 'changed',
        order: 'SC-1',
        invoiceNo: 'INV1',
        invoiceLine: 1,
        fulfilmentNo: 'IF1',
        fulfilmentLine: 1,
        before: { sku: 'BAG-1', quantity: '2', state: 'matched' },
        after: { sku: 'BAG-2', quantity: '2', state: 'matched' },
      });
      expect(await paged(house, generation, 'matches', 1)).toEqual(matches);

      expect(await all(house, generation, 'quarantine')).toMatchObject([
        {
          change: 'entered',
          source: 'prima',
          key: 'ItemFulfilment/IF4',
          before: null,
          after: { code: 'message-invalid' },
        },
      ]);
      expect(await all(house, generation, 'orders')).toContainEqual(
        expect.objectContaining({ change: 'removed', subject: 'order:SO4', path: '', after: null }),
      );

      await promoteGeneration(parts(house, generation));
      expect(await all(house, generation, 'matches')).toEqual(matches);
      expect(await all(house, live!.id, 'matches')).toEqual(
        matches.map(({ before, after, ...rest }) => ({
          ...rest,
          change: after ? rest.change : 'added',
          before: after,
          after: before,
        })),
      );
    }));
});
