import { MICRO } from '../exact';
import type { Held, HeldFact } from './held';
import { kitAt, kitTimes } from './kits';
import { type ProductState, evolveProduct, initialProduct, memberships } from './product';
import { perSku } from './quantities';

type Components = Record<string, number>;
const components = (of: Components) =>
  Object.entries(of).map(([sku, count]) => ({ sku, quantity: count * MICRO }));
const held = <V>(key: string, value: V, at = 0): Held<V> => ({ key, fact: 1, rev: 0, at, hash: key, value });
const bom = (parent: string, of: Components, key = `prima/BillOfMaterials/${parent}`): HeldFact => ({
  type: 'bill-of-materials',
  held: held(key, { parent, components: components(of), explodeAt: 'warehouse' }),
});
const bundle = (
  parent: string,
  of: Components,
  [validFrom, validTo]: [number | null, number | null],
  explodeAt: 'order' | 'warehouse' = 'warehouse',
): HeldFact => ({
  type: 'bundle',
  held: held(`prima/bundle/${parent}/${validFrom ?? 0}`, {
    parent,
    components: components(of),
    explodeAt,
    validFrom,
    validTo,
  }),
});
const product = (sku: string, ...facts: HeldFact[]) => facts.reduce(evolveProduct, initialProduct(sku));

function exploded(line: string, at: number, ...products: ProductState[]): Record<string, number | null> {
  const look = (sku: string) => products.find((each) => each.sku === sku) ?? null;
  const sums = perSku([{ sku: line, quantity: MICRO, uom: null }], look, at);
  return Object.fromEntries([...sums].map(([sku, quantity]) => [sku, quantity && quantity / MICRO]));
}

it('a bundle goes before a bill of materials while it holds, and stands where there is none', () => {
  const kit = product('K', bom('K', { A: 1 }), bundle('K', { A: 2, B: 1 }, [10, 20]));
  expect([9, 10, 19, 20].map((at) => exploded('K', at, kit))).toEqual([
    { A: 1 },
    { A: 2, B: 1 },
    { A: 2, B: 1 },
    { A: 1 },
  ]);
  const alone = product('K', bundle('K', { A: 3 }, [null, 20]));
  expect([exploded('K', 0, alone), exploded('K', 20, alone)]).toEqual([{ A: 3 }, { K: 1 }]);
  expect(
    exploded('K', 10, product('K', bom('K', { A: 1 }), bundle('K', { A: 9 }, [10, 20], 'order'))),
  ).toEqual({
    K: 1,
  });
});

it('tells each component when it is in the kit, and when no more', () => {
  const kit = product('K', bom('K', { A: 1, K: 1 }), bundle('K', { A: 2, B: 1 }, [10, 20]));
  const told = Object.fromEntries(memberships(kit).map(({ target, value }) => [target, value]));
  const rest = { parent: 'K', explodeAt: 'warehouse' };
  expect(told).toEqual({
    'product:A': [
      { ...rest, quantity: MICRO, to: 10 },
      { ...rest, quantity: 2 * MICRO, from: 10, to: 20 },
      { ...rest, quantity: MICRO, from: 20 },
    ],
    'product:B': [{ ...rest, quantity: MICRO, from: 10, to: 20 }],
  });
  expect(kitTimes(product('K'))).toEqual([]);
});

it('of several bills of materials the same one stands, whichever came first', () => {
  const [a, b] = [bom('K', { A: 1 }), bom('K', { B: 1 }, 'other/BillOfMaterials/K')];
  expect(kitAt(product('K', a, b), 0)).toEqual(kitAt(product('K', b, a), 0));
});

it('takes kits in kits apart, and leaves one whole that leads back to itself', () => {
  const outer = product('K', bom('K', { L: 2, A: 1 }));
  expect(exploded('K', 0, outer, product('L', bom('L', { A: 3 })))).toEqual({ A: 7 });
  expect(exploded('K', 0, outer, product('L', bom('L', { K: 1 })))).toEqual({ K: 2, A: 1 });
  expect(exploded('K', 0, product('K', bom('K', { K: 2 })))).toEqual({ K: 2 });
});
