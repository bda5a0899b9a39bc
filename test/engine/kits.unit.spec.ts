/** Kits by the mapping: what the warehouse takes apart is compared, posted and counted in components, each by its own time. */
import type { Told } from '../../src/domain/drift/detector';
import {
  balance,
  customer,
  dispatched,
  fulfilment,
  hours,
  item,
  level,
  salesOrder,
  synchronised,
  units,
  alive,
} from '../../src/domain/drift/examples';
import type { Body } from '../../src/domain/facts/canonical';
import { drifts, foldTold, memoryEngine } from '../support/fold';

type Bundle = Body<'bundle'>;

const bundle = (parent: string, parts: Record<string, number>, over: Partial<Bundle> = {}): Told => {
  const components = Object.entries(parts).map(([sku, count]) => ({ sku, quantity: units(count) }));
  const body: Bundle = {
    parent,
    components,
    explodeAt: 'warehouse',
    validFrom: null,
    validTo: null,
    ...over,
  };
  const doc = `bundle/${parent}/${body.validFrom ?? ''}`;
  return { source: 'prima', fact: { type: 'bundle', doc, revision: 0, occurredAt: hours(-9), body } };
};
const bom = (parent: string, sku: string): Told => ({
  source: 'prima',
  fact: {
    type: 'bill-of-materials',
    doc: parent,
    revision: 1,
    occurredAt: hours(-9),
    body: { parent, components: [{ sku, quantity: units(1) }], explodeAt: 'warehouse' },
  },
});

const line = { sku: 'KIT', quantity: units(1), uom: 'EA', lineNo: 1 };
const kitLines = { lines: [line] };
const partLines = (count: number) => ({ lines: [{ orderLine: 1, sku: 'BAG-1', quantity: units(count) }] });
const basics = [
  customer(hours(-9)),
  item(hours(-9), { sku: 'KIT' }),
  item(hours(-9)),
  synchronised(hours(-9)),
  salesOrder(hours(0)),
];

async function open(...facts: Told[]): Promise<string[]> {
  const engine = memoryEngine();
  await foldTold(engine, [...basics, ...facts, alive('prima', hours(4)), alive('scend', hours(4))], hours(4));
  expect(engine.failures).toEqual([]);
  const standing = drifts(engine).filter(({ status }) => status === 'open');
  return standing
    .map(({ detector, finding }) => `${detector} ${finding.subject.id} ${finding.discriminator}`)
    .sort();
}

const shipped = (count: number) => [dispatched(hours(1), partLines(count)), fulfilment(hours(1), kitLines)];
const MISMATCH = [
  'fulfilment-quantity-mismatch D1 BAG-1',
  'fulfilment-quantity-mismatch D1 KIT',
  'sku-not-in-warehouse KIT ',
];

describe('a kit that is posted whole and dispatched in parts', () => {
  it('is a mismatch where nobody says what it is made of', async () => {
    expect(await open(...shipped(3))).toEqual(MISMATCH);
  });

  it('is none by its bundle, also against a bill of materials', async () => {
    expect(await open(bundle('KIT', { 'BAG-1': 3 }), ...shipped(3))).toEqual([]);
    expect(await open(bom('KIT', 'OTHER'), bundle('KIT', { 'BAG-1': 3 }), ...shipped(3))).toEqual([]);
    // Whichever is told first.
    expect(await open(...shipped(3), bundle('KIT', { 'BAG-1': 3 }), bom('KIT', 'OTHER'))).toEqual([]);
  });

  it('is compared by what it was made of when it was dispatched', async () => {
    const before = bundle('KIT', { 'BAG-1': 3 }, { validTo: hours(1) });
    const since = bundle('KIT', { 'BAG-1': 4 }, { validFrom: hours(1) });
    expect(await open(before, since, ...shipped(4))).toEqual([]);
    expect(await open(before, since, ...shipped(3))).toEqual(['fulfilment-quantity-mismatch D1 BAG-1']);
  });
});

describe('stock of a component', () => {
  const stock = (allocated: number) => [
    level(hours(0), 10 - allocated, { allocated }),
    balance(hours(0), 10, allocated),
  ];

  it('is less by the kits that were posted, by what they were made of then', async () => {
    const kits = [
      bundle('KIT', { 'BAG-1': 3 }, { validTo: hours(2) }),
      bundle('KIT', { 'BAG-1': 9 }, { validFrom: hours(2) }),
    ];
    expect(await open(...kits, ...stock(3), ...shipped(3), level(hours(3), 7))).toEqual([]);
    expect(await open(...kits, ...stock(3), ...shipped(3), level(hours(3), 6))).toEqual([
      'stock-mismatch BAG-1@UK1 ',
    ]);
  });

  it('is less by kits in kits', async () => {
    const kits = [
      bundle('KIT', { INNER: 2 }),
      bundle('INNER', { 'BAG-1': 2 }),
      item(hours(-9), { sku: 'INNER' }),
    ];
    expect(await open(...kits, ...stock(4), ...shipped(4), level(hours(3), 6))).toEqual([]);
  });
});

it("bills of materials in a circle are the systems' own fault, and nothing loops", async () => {
  const circle = [bom('KIT', 'BAG-1'), bom('BAG-1', 'KIT')];
  const found = await open(...circle, level(hours(0), 10), balance(hours(0), 10), ...shipped(3));
  expect(found.length).toBeGreaterThan(0);
});
