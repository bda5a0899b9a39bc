import { NOON, orderLine } from '../drift/examples';
import { MICRO } from '../exact';
import type { Canonical } from '../facts/canonical';
import { middlewareExamples, primaExamples, scendExamples } from '../sources/examples';
import { middleware } from '../sources/middleware';
import { prima } from '../sources/prima';
import { scend } from '../sources/scend';
import { factsOf } from '../sources/testing.fixture';
import { mapped } from './apply';
import { checkedMapping } from './check';
import { Mappings } from './mappings';
import type { TableName } from './tables';

const everyFact = [
  ...Object.values(primaExamples).flatMap((text) => factsOf(prima, text)),
  ...Object.values(scendExamples).flatMap((text) => factsOf(scend, text)),
  ...Object.values(middlewareExamples).flatMap((text) => factsOf(middleware, text)),
];
const source = { name: 'test', timeZone: 'UTC' };

function compiled(tables: Partial<Record<TableName, unknown>>) {
  const map = new Mappings(checkedMapping(tables, [source])).of(source);
  if (!map) throw new Error('the mapping is empty');
  return map;
}

const translate = (facts: Canonical[], tables: Partial<Record<TableName, unknown>>) =>
  mapped({ ok: true, facts }, compiled(tables));

function after<T extends Canonical>(fact: T, tables: Partial<Record<TableName, unknown>>): T {
  const translation = translate([fact], tables);
  if (!translation.ok) throw new Error(translation.reason);
  return translation.facts[0] as T;
}

/** Where two bodies differ: `lines.0.sku: "A" → "B"`. */
function changes(before: unknown, now: unknown, path = ''): string[] {
  if (typeof before !== 'object' || before === null || typeof now !== 'object' || now === null)
    return Object.is(before, now) ? [] : [`${path}: ${JSON.stringify(before)} → ${JSON.stringify(now)}`];
  return Object.keys(before).flatMap((name) =>
    changes(
      (before as Record<string, unknown>)[name],
      (now as Record<string, unknown>)[name],
      path === '' ? name : `${path}.${name}`,
    ),
  );
}

/** What a table changes in all examples of the contract, by type of fact. */
function changed(tables: Partial<Record<TableName, unknown>>): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const fact of everyFact) {
    const all = changes(fact.body, after(fact, tables).body).map((text) => text.replace(/ → .*/, ''));
    if (all.length > 0) (found[fact.type] ??= []).push(...all);
  }
  return found;
}

describe('each table changes the fields that it speaks of, and no other:', () => {
  it('SKU aliases', () => {
    const sku = '"563843898"';
    expect(
      changed({
        'sku-aliases': [
          { from: '563843898', to: 'BAG' },
          { from: 'KIT-1', to: 'KIT' },
          { from: 'STRAP-1', to: 'STRAP' },
          { from: 'BAG-10158', to: 'BIN' },
        ],
      }),
    ).toEqual({
      'sales-order': [`lines.0.sku: ${sku}`],
      fulfilment: [`lines.0.sku: ${sku}`],
      invoice: [`lines.0.sku: ${sku}`],
      'credit-note': [`lines.0.sku: ${sku}`],
      'refund-request': [`items.0.sku: ${sku}`],
      'stock-balance': [`sku: ${sku}`],
      'stock-reservation': [`sku: ${sku}`],
      item: [`sku: ${sku}`],
      'bill-of-materials': ['parent: "KIT-1"', 'components.0.sku: "STRAP-1"'],
      price: [`sku: ${sku}`],
      'stock-journal': [`sku: ${sku}`],
      'item-synchronised': [`sku: ${sku}`],
      'warehouse-received': [`lines.0.sku: ${sku}`],
      'warehouse-allocated': [`lines.0.sku: ${sku}`],
      dispatched: [`lines.0.sku: ${sku}`],
      'return-received': [`lines.0.sku: ${sku}`],
      'stock-level': [`sku: ${sku}`],
      'stock-adjusted': [`sku: ${sku}`],
      'transfer-dispatched': [`lines.0.sku: ${sku}`],
      'transfer-received': [`lines.0.sku: ${sku}`],
      'goods-received': [`lines.0.sku: ${sku}`],
      'bulk-completed': ['skus.1: "BAG-10158"'],
    });
  });

  it.each<[TableName, object, Record<string, string[]>]>([
    [
      'units',
      { from: 'EA', to: 'PAIR', factor: '0.5', sku: '563843898' },
      {
        'sales-order': ['lines.0.quantity: 2000000', 'lines.0.uom: "EA"', 'lines.0.unitPrice: 1000'],
        fulfilment: ['lines.0.quantity: 2000000', 'lines.0.uom: "EA"'],
        invoice: ['lines.0.quantity: 2000000', 'lines.0.uom: "EA"', 'lines.0.unitPrice: 1000'],
        'credit-note': ['lines.0.quantity: 1000000', 'lines.0.uom: "EA"'],
        'stock-balance': [
          'uom: "EA"',
          'physical: 12000000',
          'allocated: 5000000',
          'quarantined: 1000000',
          'inTransit: 3000000',
          'unitCost.amount: 420',
        ],
        item: ['baseUom: "EA"', 'uoms.0.uom: "EA"', 'uoms.1.factor: 12000000', 'uoms.2.factor: 480000000'],
        price: ['uom: "EA"', 'unitPrice: 8900'],
        'item-synchronised': ['baseUom: "EA"'],
      },
    ],
    [
      'stock-status',
      { from: 'available', to: 'damaged' },
      {
        'return-received': ['lines.0.toStatus: "available"'],
        'stock-level': ['statuses.1.status: "available"'],
        'stock-adjusted': ['status: "available"'],
      },
    ],
    [
      'reason-codes',
      { from: 'count', to: 'COUNT' },
      { 'stock-journal': ['reason: "count"'], 'stock-adjusted': ['reason: "count"'] },
    ],
    ['reason-codes', { from: 'RETURN', to: 'return' }, { 'credit-note': ['reason: "RETURN"'] }],
    [
      'reason-codes',
      { from: 'UNKNOWN_SKU', to: 'OTHER' },
      { 'warehouse-rejected': ['reasonCode: "UNKNOWN_SKU"'] },
    ],
    [
      'tax-codes',
      { from: 'DE-S', to: 'DE19' },
      {
        'sales-order': ['lines.0.taxCode: "DE-S"', 'lines.1.taxCode: "DE-S"'],
        invoice: ['lines.0.taxCode: "DE-S"', 'lines.1.taxCode: "DE-S"'],
        'credit-note': ['lines.0.taxCode: "DE-S"'],
        'tax-code': ['taxCode: "DE-S"'],
      },
    ],
    ['tax-codes', { from: 'S', to: 'GB20' }, { item: ['taxCode: "S"'] }],
    [
      'non-stock',
      { pattern: '5638*' },
      { 'sales-order': ['lines.0.nonStock: false'], item: ['stockManaged: true'] },
    ],
    [
      'customer-links',
      { from: 'C00001', to: 'C1' },
      {
        'sales-order': ['customer: "C00001"'],
        invoice: ['customer: "C00001"'],
        customer: ['customer: "C00001"'],
      },
    ],
    [
      'status-labels',
      { of: 'fulfilment', from: 'shipped', to: 'packed' },
      { fulfilment: ['status: "shipped"'] },
    ],
    ['status-labels', { of: 'item', from: 'active', to: 'inactive' }, { item: ['status: "active"'] }],
    [
      'status-labels',
      { of: 'sales-order', from: 'pending_fulfilment', to: 'billed' },
      { 'sales-order': ['status: "pending_fulfilment"'] },
    ],
  ])('%s %j', (table, entry, expected) => {
    expect(changed({ [table]: [entry] })).toEqual(expected);
  });

  it.each(['product', 'item'])('the reference of a transmission that is about a %s', (entity) => {
    const [fact] = factsOf(middleware, middlewareExamples['sync.failed']) as [Canonical<'transmission'>];
    const about = (of: string) => ({ ...fact, body: { ...fact.body, entity: of, ref: 'A' } });
    const tables = { 'sku-aliases': [{ from: 'A', to: 'B' }], 'customer-links': [{ from: 'A', to: 'C' }] };
    expect(after(about(entity), tables).body.ref).toBe('B');
    expect(after(about('customer'), tables).body.ref).toBe('C');
    expect(after(about('order'), tables).body.ref).toBe('A');
  });
});

it('what nothing is said of stays the very object that it was', () => {
  const tables = {
    'sku-aliases': [{ from: 'nothing', to: 'else' }],
    units: [{ from: 'EA', to: 'PAIR', sku: 'nothing' }],
    'non-stock': [{ pattern: 'nothing*' }],
    'status-labels': [{ of: 'item', from: 'nothing', to: 'active' }],
  };
  const translation = { ok: true as const, facts: everyFact };
  expect(mapped(translation, compiled(tables))).toBe(translation);
  const refused = { ok: false as const, code: 'message-invalid' as const, reason: 'x', path: null };
  expect(mapped(refused, compiled(tables))).toBe(refused);
});

it('each fact is read by its own clock', () => {
  const [fact] = everyFact as [Canonical<'sales-order'>];
  const tables = { 'sku-aliases': [{ from: '563843898', to: 'BAG', validFrom: '2026-11-20T09:40:01Z' }] };
  const at = Date.parse('2026-11-20T09:40:01Z');
  expect(after({ ...fact, occurredAt: at - 1 }, tables).body.lines[0]?.sku).toBe('563843898');
  expect(after({ ...fact, occurredAt: at }, tables).body.lines[0]?.sku).toBe('BAG');
});

describe('quantities and prices in another unit', () => {
  const order = (over: object): Canonical<'sales-order'> => {
    const [fact] = everyFact as [Canonical<'sales-order'>];
    return { ...fact, occurredAt: NOON, body: { ...fact.body, lines: [{ ...orderLine, ...over }] } };
  };
  const pack = { units: [{ from: 'PCK', to: 'EA', factor: '6' }] };

  it('are exact, and a price that is not is unknown', () => {
    const line = (unitPrice: number) =>
      after(order({ uom: 'pck', quantity: 2 * MICRO, unitPrice }), pack).body.lines[0];
    expect(line(600)).toMatchObject({ uom: 'EA', quantity: 12 * MICRO, unitPrice: 100, net: 2000 });
    expect(line(1000)).toMatchObject({ uom: 'EA', quantity: 12 * MICRO, unitPrice: null, net: 2000 });
  });

  it('stay as they are in the list of prices, where the division is not exact', () => {
    const [price] = factsOf(prima, primaExamples.PriceList) as [Canonical<'price'>];
    const packs = { ...price, body: { ...price.body, uom: 'PCK' } };
    expect(after(packs, pack).body).toMatchObject({ uom: 'PCK', unitPrice: 8900 });
  });

  it.each([
    [
      'more than 6 decimals',
      { uom: 'PCK', quantity: 1 },
      { units: [{ from: 'PCK', to: 'EA', factor: '0.5' }] },
    ],
    ['more than 15 digits', { uom: 'PCK', quantity: 999_999_999_999_999 }, pack],
  ])('refuse the message where they have %s', (_, over, tables) => {
    expect(translate([order(over)], tables)).toMatchObject({ ok: false, code: 'message-invalid' });
  });

  it('are those of the item, whose units are told by their canonical names', () => {
    const [item] = factsOf(prima, primaExamples.Item) as [Canonical<'item'>];
    const units = (baseUom: string, uoms: [string, number][], tables: object) => {
      const body = {
        ...item.body,
        baseUom,
        uoms: uoms.map(([uom, factor]) => ({ uom, factor: factor * MICRO })),
      };
      const { body: now } = after({ ...item, body }, tables);
      return [now.baseUom, ...now.uoms.map(({ uom, factor }) => `${uom} ${factor / MICRO}`)];
    };
    // The base unit is a pack of six: what was counted in packs is counted in pieces.
    expect(
      units(
        'PCK',
        [
          ['PCK', 1],
          ['CASE', 4],
        ],
        pack,
      ),
    ).toEqual(['EA', 'EA 1', 'CASE 24']);
    expect(
      units(
        'EA',
        [
          ['EA', 1],
          ['PCK', 6],
        ],
        pack,
      ),
    ).toEqual(['EA', 'EA 1']);
    // The item says seven and the mapping six: the mapping corrects it.
    expect(
      units(
        'EA',
        [
          ['PCK', 7],
          ['CASE', 42],
        ],
        pack,
      ),
    ).toEqual(['EA', 'EA 1', 'CASE 42']);
    expect(
      units(
        'ST',
        [
          ['ST', 1],
          ['KT', 12],
        ],
        {
          units: [
            { from: 'ST', to: 'EA' },
            { from: 'KT', to: 'CASE' },
          ],
        },
      ),
    ).toEqual(['EA', 'EA 1', 'CASE 12']);
  });
});

describe('kits', () => {
  const parts = (quantity: string) => [{ sku: 'STRAP', quantity }];
  const bundles = [
    { sku: 'KIT', components: parts('2'), explodeAt: 'warehouse', validTo: '2026-03-01' },
    { sku: 'KIT', components: parts('3'), explodeAt: 'order', validFrom: '2026-03-01' },
  ];
  const synchronised = (sku: string): Canonical => ({
    type: 'item-synchronised',
    doc: 'evt-1',
    revision: 0,
    occurredAt: NOON,
    body: { sku, warehouse: null, baseUom: null },
  });
  const body = (quantity: number, explodeAt: string, validFrom: number | null, validTo: number | null) => ({
    parent: 'KIT',
    components: [{ sku: 'STRAP', quantity: quantity * MICRO }],
    explodeAt,
    validFrom,
    validTo,
  });

  it('are told with whatever defines their article, for all times, by our name', () => {
    const march = Date.UTC(2026, 2, 1);
    const translation = translate([synchronised('kit')], {
      bundles,
      'sku-aliases': [{ from: 'kit', to: 'KIT' }],
    });
    expect(translation).toMatchObject({
      ok: true,
      facts: [
        { type: 'item-synchronised', body: { sku: 'KIT' } },
        { type: 'bundle', doc: 'bundle/KIT/0', occurredAt: NOON, body: body(2, 'warehouse', null, march) },
        { type: 'bundle', doc: 'bundle/KIT/1', occurredAt: NOON, body: body(3, 'order', march, null) },
      ],
    });
  });

  it('add nothing to any other message', () => {
    const facts = [synchronised('STRAP')];
    expect(translate(facts, { bundles })).toEqual({ ok: true, facts });
    for (const fact of everyFact.filter(({ type }) => type !== 'item' && type !== 'bill-of-materials'))
      expect(translate([fact], { bundles })).toEqual({ ok: true, facts: [fact] });
  });
});

describe('discount codes', () => {
  const order = everyFact.find(({ type }) => type === 'sales-order');
  const coded = (...discountCodes: string[]): Canonical => {
    if (order?.type !== 'sales-order') throw new Error('the contract has an order');
    return { ...order, occurredAt: NOON, body: { ...order.body, discountCodes } };
  };
  const codes = [
    { from: 'TEN', to: 'ten-percent', validFrom: '2026-11-01', validTo: '2026-12-01' },
    { from: 'OLD', to: 'gone', validTo: '2026-11-01' },
    { source: 'test', from: 'X', to: 'ours' },
    { from: 'X', to: 'everybody' },
  ];

  it('are recognised by the clock of the order', () => {
    const fact = after(coded('TEN', 'OLD', 'NEVER', 'X'), { 'discount-codes': codes });
    expect(fact.body).toMatchObject({
      discountCodes: ['TEN', 'OLD', 'NEVER', 'X'],
      campaigns: ['ten-percent', null, null, 'ours'],
    });
  });

  it('add nothing to an order that has none, or where nothing is said of any', () => {
    const none = coded();
    expect(after(none, { 'discount-codes': codes })).toBe(none);
    const some = coded('TEN');
    expect(after(some, { 'reason-codes': [{ from: 'a', to: 'b' }] })).toBe(some);
  });
});
