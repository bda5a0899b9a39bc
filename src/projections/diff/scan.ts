/** A section made from cases that differ: each of them gives none, one or several items. */
import type { Sides } from './compare';
import { type DifferingCase, differingCases } from './differing-cases';
import type { Page, Place } from './page';

/** A page without enough items ends after so many stretches, and says where to go on. */
const STRETCHES = 3;

export interface CaseSection<T> {
  kind: string;
  /** Whether its items also depend on the articles that a case looked at. */
  lookers?: boolean;
  /** The items of each case, in its order. */
  itemsOf(sides: Sides, cases: readonly DifferingCase[]): Promise<T[][]> | T[][];
}

/** In the order of the cases. The place is a case's key, and how many of its items were told. */
export async function scan<T>(
  sides: Sides,
  { kind, lookers, itemsOf }: CaseSection<T>,
  place: Place | null,
  limit: number,
): Promise<Page<T>> {
  const [first, told] = place ?? [`${kind}:`, 0];
  const items: T[] = [];
  let from = first;
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const { cases, next } = await differingCases(sides, { kind, lookers, from, limit });
    const all = await itemsOf(sides, cases);
    for (const [index, { key }] of cases.entries()) {
      const skipped = key === first ? Number(told) : 0;
      const rest = (all[index] ?? []).slice(skipped);
      const room = limit - items.length;
      items.push(...rest.slice(0, room));
      if (rest.length > room) return { items, place: [key, skipped + room] };
    }
    if (next === null) return { items, place: null };
    from = next;
  }
  return { items, place: [from, 0] };
}
