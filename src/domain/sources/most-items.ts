import type { Canonical } from '../facts/canonical';
import { Unreadable } from './unreadable';

/**
 * Of the lines, parts or numbers of one document. Each of the cases that a document goes to looks through all of them, so that
 * 100,000 articles in one receipt took minutes of the projector. A count of a whole warehouse is as many facts as articles.
 */
export const MOST_ITEMS = 10_000;

/** The facts as they came. Throws `Unreadable` where one of them has more items than that. */
export function withinItems(facts: Canonical[]): Canonical[] {
  for (const fact of facts) {
    for (const [name, value] of Object.entries(fact.body) as [string, unknown][]) {
      if (Array.isArray(value) && value.length > MOST_ITEMS)
        throw new Unreadable(name, `must have at most ${MOST_ITEMS} items, and has ${value.length}`);
    }
  }
  return facts;
}
