/** What would have two meanings at one instant. */
import type { ZoneOffset } from '../sources/zone';
import { type Dated, type Span, spanOf } from './dates';
import type { Problem } from '../refused';
import type { Entry, MappingDocument, TableName } from './tables';

/** The others have one entry for each source, whatever the time. */
type DatedTable = Exclude<TableName, 'expressions'>;

type ZoneOf = (entry: Dated) => ZoneOffset;

/** Of one source, or of all: an entry for one source goes before one for all, so these two are no overlap. */
export function overlaps(name: DatedTable, mapping: MappingDocument, zoneOf: ZoneOf): Problem[] {
  return clashes(mapping[name], keyOf, zoneOf).map(({ index, other }) => ({
    path: `${name}[${index}]`,
    message:
      name === 'customer-links'
        ? `is ambiguous: ${name}[${other}] links the same customer at the same time; end one before the other begins`
        : `holds at the same time as ${name}[${other}] for the same key; end one (validTo) before the other begins`,
  }));
}

/** Several customers of one source that are linked to one of ours, without a word that this is meant. */
export function ambiguous(mapping: MappingDocument, zoneOf: ZoneOf): Problem[] {
  const links = mapping['customer-links'];
  const clashing = clashes(links, ({ source, to }) => JSON.stringify([source, to]), zoneOf);
  return clashing
    .filter(({ index, other }) => {
      const [a, b] = [links[index], links[other]];
      return a?.from !== b?.from && !(a?.merge === true && b?.merge === true);
    })
    .map(({ index, other }) => ({
      path: `customer-links[${index}].to`,
      message:
        `is ambiguous: customer-links[${other}] links another customer to the same one at the same time; ` +
        'correct one, or write merge: true in both where they are one customer',
    }));
}

function keyOf(entry: Entry<DatedTable>): string {
  if ('components' in entry) return JSON.stringify([entry.sku]);
  if ('pattern' in entry || !('from' in entry)) {
    const { source, sku, pattern } = entry;
    return JSON.stringify([source, sku, pattern]);
  }
  // Units compare without regard to case.
  if ('factor' in entry) return JSON.stringify([entry.source, entry.sku, entry.from.toUpperCase()]);
  return JSON.stringify([entry.source, 'of' in entry ? entry.of : null, entry.from]);
}

function clashes<E extends Dated>(
  entries: readonly E[],
  key: (entry: E) => string,
  zoneOf: ZoneOf,
): { index: number; other: number }[] {
  const byKey = new Map<string, (Span & { index: number })[]>();
  entries.forEach((entry, index) => {
    const span = { ...spanOf(entry, zoneOf(entry)), index };
    const known = byKey.get(key(entry));
    if (known) known.push(span);
    else byKey.set(key(entry), [span]);
  });
  return [...byKey.values()].flatMap((spans) => {
    const found: { index: number; other: number }[] = [];
    spans.sort((a, b) => a.from - b.from || a.index - b.index);
    // Against the one that lasts longest so far: the neighbour may be short and lie inside it.
    let longest: (typeof spans)[number] | null = null;
    for (const span of spans) {
      if (longest !== null && span.from < longest.to) found.push({ index: span.index, other: longest.index });
      if (longest === null || span.to > longest.to) longest = span;
    }
    return found;
  });
}
