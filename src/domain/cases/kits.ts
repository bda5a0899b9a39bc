/** What a kit is made of at an instant: by the mapping's bundles where one holds, else by a bill of materials. */
import type { Body } from '../facts/canonical';
import { type Held, type Slot, beats } from './held';

export type Kit = Pick<Body<'bill-of-materials'>, 'components' | 'explodeAt'>;

/** Of a product's case. */
interface KitHalves {
  boms: Slot<Body<'bill-of-materials'>>;
  bundles: Slot<Body<'bundle'>>;
}

export function isKit({ boms, bundles }: KitHalves): boolean {
  return boms.length > 0 || bundles.length > 0;
}

/** `at` is the clock of what is taken apart. */
export function kitAt(product: KitHalves, at: number): Held<Kit> | null {
  if (!isKit(product)) return null;
  const holding = product.bundles.filter(
    ({ value }) => at >= (value.validFrom ?? -Infinity) && at < (value.validTo ?? Infinity),
  );
  return strongest<Kit>(holding) ?? strongest<Kit>(product.boms);
}

/** The times between which it is made of the same, in their order, without those at which it is no kit. */
export function kitTimes(product: KitHalves): { from: number; to: number; held: Held<Kit> }[] {
  if (!isKit(product)) return [];
  const dates = product.bundles.flatMap(({ value }) => [value.validFrom, value.validTo]);
  const edges = [...new Set(dates.filter((at) => at !== null))].sort((a, b) => a - b);
  return [-Infinity, ...edges].flatMap((from, index) => {
    const to = edges[index] ?? Infinity;
    const held = kitAt(product, from === -Infinity ? -Number.MAX_SAFE_INTEGER : from);
    return held === null ? [] : [{ from, to, held }];
  });
}

/** Of what several sources say, one by rule, whichever came first. */
function strongest<V>(slot: readonly Held<V>[]): Held<V> | null {
  let best: Held<V> | null = null;
  for (const held of slot) if (best === null || beats(held, best)) best = held;
  return best;
}
