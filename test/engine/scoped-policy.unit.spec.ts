/**
 * A scoped policy is what several global ones are, each for what it matches: judged by a truth of its own, which asks scope by
 * scope and knows nothing of how the policy is resolved.
 */
import fc from 'fast-check';
import type { Told } from '../../src/domain/drift/detector';
import {
  alive,
  balance,
  customer,
  dispatched,
  fulfilment,
  hours,
  item,
  level,
  rejectedByWarehouse,
  salesOrder,
  synchronised,
  units,
} from '../../src/domain/drift/examples';
import { checkedPolicy } from '../../src/domain/drift/checked-policy';
import type { DetectorPolicy, Policy, Scope } from '../../src/domain/policy';
import type { DriftRecord } from '../../src/projections/engine/records';
import { drifts, foldTold, memoryEngine } from '../support/fold';

const CODES = [
  'order-rejected',
  'fulfilment-quantity-mismatch',
  'stock-mismatch',
  'sku-not-in-warehouse',
] as const;
type Code = (typeof CODES)[number];
type Thing = { customer?: string; sku?: string; warehouse?: string; channel?: string; source?: string };

/** What each detector's drifts can be told by, as docs/policy.md has it. */
const TOLD_BY: Record<Code, readonly (keyof Thing)[]> = {
  'order-rejected': ['customer', 'warehouse', 'channel', 'source'],
  'fulfilment-quantity-mismatch': ['customer', 'sku', 'warehouse', 'channel', 'source'],
  'stock-mismatch': ['sku', 'warehouse'],
  'sku-not-in-warehouse': ['sku'],
};

const SKUS = ['BAG-1', 'BAG-12', 'CAP-1'];
const ORDERS = [
  { no: 'SO1', customer: 'C1', channel: 'scayle', source: 'prima', warehouse: 'UK1' },
  { no: 'SO2', customer: 'C1', channel: 'telephone', source: 'prima', warehouse: 'DE1' },
  { no: 'SO3', customer: 'C2', channel: 'scayle', source: 'prima', warehouse: 'UK1' },
];

/** Every order is wrong in each SKU, two are rejected besides; every SKU is wrong in stock, and was never synchronised. */
function facts(): Told[] {
  const told: Told[] = [synchronised(hours(-9), 'OTHER'), customer(hours(-9))];
  for (const sku of SKUS) {
    told.push(item(hours(-9), { sku }), level(hours(-1), 9, { sku }));
    const held = balance(hours(-1), 10);
    if ('fact' in held && held.fact.type === 'stock-balance')
      told.push({ ...held, fact: { ...held.fact, doc: sku, body: { ...held.fact.body, sku } } });
  }
  for (const { no, warehouse, ...order } of ORDERS) {
    const lines = (count: number) =>
      SKUS.map((sku, index) => ({
        orderLine: index,
        lineNo: index,
        sku,
        uom: 'EA',
        quantity: units(count + index),
      }));
    const { customer: account, channel } = order;
    told.push(
      salesOrder(hours(0), { orderNo: no, externalRef: `X-${no}`, customer: account, channel }),
      dispatched(hours(1), { orderNo: no, dispatchRef: `D-${no}`, warehouse, lines: lines(5) }),
      fulfilment(hours(2), { orderNo: no, fulfilmentNo: `F-${no}`, dispatchRef: `D-${no}`, lines: lines(4) }),
    );
  }
  for (const [no, warehouse] of [
    ['SO8', 'UK1'],
    ['SO9', 'DE1'],
  ] as const) {
    const refused = rejectedByWarehouse(hours(1), 'UNKNOWN_SKU');
    told.push(
      salesOrder(hours(0), { orderNo: no, externalRef: `X-${no}`, customer: 'C2', channel: 'telephone' }),
    );
    if ('fact' in refused && refused.fact.type === 'warehouse-rejected')
      told.push({
        ...refused,
        fact: { ...refused.fact, doc: no, body: { ...refused.fact.body, orderNo: no, warehouse } },
      });
  }
  return [...told, alive('scend', hours(3)), alive('prima', hours(3))];
}

const subset = <T>(items: readonly T[]) => fc.option(fc.constantFrom(...items), { nil: undefined, freq: 2 });
const said = (code: Code): fc.Arbitrary<DetectorPolicy> =>
  fc.record(
    {
      graceSeconds: fc.constantFrom(0, 3_600, 7_200, 10_800),
      severity: fc.constantFrom('critical' as const, 'low' as const),
      enabled: fc.boolean(),
      owner: fc.constantFrom('ada', 'bob'),
      ...(code.endsWith('mismatch') ? { toleranceUnits: fc.constantFrom('0', '1', '2.5') } : {}),
    },
    { requiredKeys: [] },
  );
const scope: fc.Arbitrary<Scope> = fc
  .record({
    match: fc.record({
      customer: subset(['C1', 'C2', 'C3']),
      sku: subset([...SKUS, 'BAG-*', 'B*', 'BAG-1*']),
      warehouse: subset(['UK1', 'DE1']),
      channel: subset(['scayle', 'telephone']),
      source: subset(['prima', 'scend']),
    }),
    owner: subset(['cleo', 'dora']),
    detectors: fc.record(Object.fromEntries(CODES.map((code) => [code, said(code)])), { requiredKeys: [] }),
  })
  .map(({ match, owner, detectors }) => {
    const names = Object.entries(match).filter(([, value]) => value !== undefined);
    const able = Object.entries(detectors).filter(([code]) =>
      names.every(([name]) => TOLD_BY[code as Code].includes(name as keyof Thing)),
    );
    return {
      match: Object.fromEntries(names),
      ...(owner === undefined ? {} : { owner }),
      detectors: Object.fromEntries(able) as Scope['detectors'],
    };
  });
const policies = fc
  .record({
    owner: subset(['eve']),
    detectors: fc.record(Object.fromEntries(CODES.map((code) => [code, said(code)])), { requiredKeys: [] }),
    scopes: fc.uniqueArray(scope, {
      minLength: 1,
      maxLength: 8,
      selector: ({ match }) => JSON.stringify(Object.entries(match).sort()),
    }),
  })
  .map(({ owner, detectors, scopes }) => ({
    ...(owner === undefined ? {} : { owner }),
    detectors: detectors as Policy['detectors'],
    scopes: scopes.filter(
      (each) =>
        Object.keys(each.match).length > 0 &&
        (each.owner !== undefined || Object.keys(each.detectors).length > 0),
    ),
  }));

describe('a scoped policy', () => {
  it('finds for each thing what a policy finds that says the same of everything', async () => {
    let differing = 0;
    await fc.assert(
      fc.asyncProperty(policies, async (document) => {
        const all = await found(checkedPolicy(document, null));
        const expected: Found[] = [];
        for (const { code, thing } of things()) {
          const global = truth(document, code, thing);
          const alone = await found(checkedPolicy(global, null));
          expected.push(...alone.filter((each) => each.code === code && sameThing(each.thing, thing)));
          if (JSON.stringify(global) !== JSON.stringify(truth({ ...document, scopes: [] }, code, thing)))
            differing++;
        }
        expect(all).toEqual(expected.sort(byText));
      }),
      { numRuns: 15 },
    );
    expect(differing).toBeGreaterThan(0);
  });
});

interface Found {
  code: Code;
  thing: Thing;
  status: string;
  severity: string;
  owner: string | null;
  openedAt: number;
}

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
const sameThing = (a: Thing, b: Thing) => byName(a) === byName(b);
const byName = (thing: Thing) => JSON.stringify(Object.entries(thing).sort());

const before = new Map<string, Found[]>();

async function found(policy: Policy): Promise<Found[]> {
  const known = before.get(JSON.stringify(policy));
  if (known) return known;
  const engine = memoryEngine(policy);
  await foldTold(engine, facts(), hours(3));
  expect(engine.failures).toEqual([]);
  const all = drifts(engine).flatMap(seen).sort(byText);
  before.set(JSON.stringify(policy), all);
  return all;
}

function seen(drift: DriftRecord): Found[] {
  const code = CODES.find((each) => each === drift.detector);
  if (code === undefined) return [];
  const { status, severity, owner, openedAt } = drift;
  return [{ code, thing: thingOf(code, drift), status, severity, owner, openedAt }];
}

/** By the names that the facts above were given. */
function thingOf(code: Code, { finding: { subject, discriminator } }: DriftRecord): Thing {
  const [id = '', warehouse = ''] = subject.id.split('@');
  if (code === 'stock-mismatch') return { sku: id, warehouse };
  if (code === 'sku-not-in-warehouse') return { sku: id };
  if (code === 'order-rejected') return rejectedThing(id.slice(2));
  const order = ORDERS.find(({ no }) => id === `D-${no}`);
  if (!order) throw new Error(`no order has ${id}`);
  const { no: _no, ...thing } = order;
  return { ...thing, sku: discriminator };
}

function rejectedThing(no: string): Thing {
  return { customer: 'C2', channel: 'telephone', source: 'prima', warehouse: no === 'SO8' ? 'UK1' : 'DE1' };
}

function things(): { code: Code; thing: Thing }[] {
  return [
    ...SKUS.flatMap((sku) => [
      { code: 'stock-mismatch' as const, thing: { sku, warehouse: 'UK1' } },
      { code: 'sku-not-in-warehouse' as const, thing: { sku } },
      ...ORDERS.map(({ no: _no, ...order }) => ({
        code: 'fulfilment-quantity-mismatch' as const,
        thing: { ...order, sku },
      })),
    ]),
    ...['SO8', 'SO9'].map((no) => ({ code: 'order-rejected' as const, thing: rejectedThing(no) })),
  ];
}

/** A policy without scopes that says of everything what `document` says of one thing. */
function truth(
  document: { owner?: string; detectors: Policy['detectors']; scopes: readonly Scope[] },
  code: Code,
  thing: Thing,
): { detectors: Policy['detectors'] } {
  const ORDER = ['customer', 'sku', 'warehouse', 'channel', 'source'] as const;
  const weight = ({ match }: Scope): number[] => [
    Object.keys(match).length,
    ...ORDER.map((name) => Number(match[name] !== undefined)),
    match.sku === undefined || match.sku.endsWith('*') ? 0 : 1,
    match.sku?.length ?? 0,
  ];
  const heavier = (a: Scope, b: Scope): number => {
    const [x, y] = [weight(a), weight(b)];
    const at = x.findIndex((value, index) => value !== y[index]);
    return at < 0 ? 0 : (y[at] ?? 0) - (x[at] ?? 0);
  };
  const matching = document.scopes
    .filter(({ match }) =>
      ORDER.every((name) => {
        const wanted = match[name];
        if (wanted === undefined) return true;
        return wanted.endsWith('*') ? thing[name]?.startsWith(wanted.slice(0, -1)) : thing[name] === wanted;
      }),
    )
    .sort(heavier);
  const first = <K extends keyof DetectorPolicy>(name: K): DetectorPolicy[K] =>
    [...matching.map(({ detectors }) => detectors[code]?.[name]), document.detectors[code]?.[name]].find(
      (value) => value !== undefined,
    );
  const owner = [
    ...matching.flatMap((each) => [each.detectors[code]?.owner, each.owner]),
    document.detectors[code]?.owner,
    document.owner,
  ].find((value) => value !== undefined);
  const said = {
    graceSeconds: first('graceSeconds'),
    severity: first('severity'),
    enabled: first('enabled'),
    toleranceUnits: first('toleranceUnits'),
    owner,
  };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { detectors: { [code]: Object.fromEntries(given) } };
}
