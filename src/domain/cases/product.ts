/** Everything known about one SKU as an article: the books' item, its kit composition, its presence in the warehouse. */
import type { Body } from '../facts/canonical';
import { type Held, type HeldFact, type Slot, put } from './held';
import { kitTimes } from './kits';
import type { Contribution } from './order';

/** A version of the item, as far as being active and stocked is concerned. */
export interface ItemVersion {
  rev: number;
  at: number;
  active: boolean;
  fact: number;
}

/** A kit that contains this SKU: told by the kit's own case. */
export interface KitMembership {
  parent: string;
  quantity: number;
  explodeAt: 'order' | 'warehouse';
  /** From then on, and no longer then, epoch ms; absent: open. */
  from?: number;
  to?: number;
}

export interface ProductState {
  sku: string;
  items: Slot<Body<'item'>>;
  versions: readonly ItemVersion[];
  boms: Slot<Body<'bill-of-materials'>>;
  /** What goes before every bill of materials while it holds. */
  bundles: Slot<Body<'bundle'>>;
  partOf: readonly KitMembership[];
  synchronised: Slot<Body<'item-synchronised'>>;
  prices: Slot<Body<'price'>>;
  transmissions: Slot<Body<'transmission'>>;
}

export function initialProduct(sku: string): ProductState {
  return {
    sku,
    items: [],
    versions: [],
    boms: [],
    bundles: [],
    partOf: [],
    synchronised: [],
    prices: [],
    transmissions: [],
  };
}

export function evolveProduct(state: ProductState, fact: HeldFact): ProductState {
  switch (fact.type) {
    case 'item': {
      const items = put(state.items, fact.held);
      return withVersion(items === state.items ? state : { ...state, items }, fact.held);
    }
    case 'bill-of-materials': {
      const boms = put(state.boms, fact.held);
      return boms === state.boms ? state : { ...state, boms };
    }
    case 'bundle': {
      const bundles = put(state.bundles, fact.held);
      return bundles === state.bundles ? state : { ...state, bundles };
    }
    case 'item-synchronised': {
      const synchronised = put(state.synchronised, fact.held);
      return synchronised === state.synchronised ? state : { ...state, synchronised };
    }
    case 'price': {
      const prices = put(state.prices, fact.held);
      return prices === state.prices ? state : { ...state, prices };
    }
    case 'transmission': {
      const transmissions = put(state.transmissions, fact.held);
      return transmissions === state.transmissions ? state : { ...state, transmissions };
    }
    default:
      return state;
  }
}

function withVersion(state: ProductState, held: Held<Body<'item'>>): ProductState {
  const body = held.value;
  const version = {
    rev: held.rev,
    at: held.at,
    active: body.status === 'active' && body.stockManaged,
    fact: held.fact,
  };
  const same = state.versions.find((known) => known.rev === version.rev);
  if (same && (same.at < version.at || (same.at === version.at && same.active <= version.active)))
    return state;
  const versions = [...state.versions.filter((known) => known !== same), version].sort(
    (a, b) => a.rev - b.rev,
  );
  return { ...state, versions };
}

export function receiveMembership(
  state: ProductState,
  from: string,
  value: readonly KitMembership[] | null,
): ProductState {
  const parent = from.slice('product:'.length);
  const others = state.partOf.filter((kit) => kit.parent !== parent);
  if (value === null && others.length === state.partOf.length) return state;
  const partOf = [...others, ...(value ?? [])].sort(
    (a, b) =>
      (a.parent < b.parent ? -1 : a.parent > b.parent ? 1 : 0) ||
      (a.from ?? -Infinity) - (b.from ?? -Infinity),
  );
  return { ...state, partOf };
}

/** To each component, what it is in the kit at which times. */
export function memberships(state: ProductState): Contribution<readonly KitMembership[]>[] {
  const told = new Map<string, { memberships: KitMembership[]; facts: Set<number> }>();
  for (const { from, to, held } of kitTimes(state)) {
    const { components, explodeAt } = held.value;
    for (const { sku, quantity } of components) {
      if (sku === state.sku) continue;
      const known = told.get(sku) ?? { memberships: [], facts: new Set<number>() };
      told.set(sku, known);
      const span = { ...(from === -Infinity ? {} : { from }), ...(to === Infinity ? {} : { to }) };
      known.memberships.push({ parent: state.sku, quantity, explodeAt, ...span });
      known.facts.add(held.fact);
    }
  }
  return [...told].map(([sku, { memberships: value, facts }]) => ({
    target: `product:${sku}`,
    value,
    facts: [...facts],
  }));
}
