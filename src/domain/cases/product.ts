/** Everything known about one SKU as an article: the books' item, its kit composition, its presence in the warehouse. */
import type { Body } from '../facts/canonical';
import { type Held, type HeldFact, type Slot, put } from './held';
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
}

export interface ProductState {
  sku: string;
  items: Slot<Body<'item'>>;
  versions: readonly ItemVersion[];
  boms: Slot<Body<'bill-of-materials'>>;
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
  value: KitMembership | null,
): ProductState {
  const parent = from.slice('product:'.length);
  const others = state.partOf.filter((kit) => kit.parent !== parent);
  if (value === null && others.length === state.partOf.length) return state;
  const partOf = value === null ? others : [...others, value].sort((a, b) => (a.parent < b.parent ? -1 : 1));
  return { ...state, partOf };
}

export function memberships(state: ProductState): Contribution<KitMembership>[] {
  const held = state.boms[0];
  if (!held) return [];
  const { components, explodeAt } = held.value;
  return components
    .filter(({ sku }) => sku !== state.sku)
    .map(({ sku, quantity }) => ({
      target: `product:${sku}`,
      value: { parent: state.sku, quantity, explodeAt },
      facts: [held.fact],
    }));
}
