/** A mapping as somebody wrote it: checked as a whole, with the place of each fault and what to write instead. */
import { type ZoneOffset, zoneOffset } from '../sources/zone';
import type { CustomMapping } from '../sources/custom/mapping';
import { circles, kitCircles } from './circles';
import { type Dated, spanOf, utc } from './dates';
import { expressionProblems } from './expressions';
import { ambiguous, overlaps } from './overlaps';
import { DocumentRefused, type Problem, placeOf } from '../refused';
import { type MappingDocument, type TableName, emptyMapping, mappingSchema, tableNames } from './tables';

/** A source that exists, the zone of its dates, and how it is read. */
export interface KnownSource {
  name: string;
  timeZone: string;
  /** Of a custom source. */
  mapping?: CustomMapping;
}

/** Throws `DocumentRefused`, and nothing else. */
export function checkedMapping(document: unknown, sources: readonly KnownSource[]): MappingDocument {
  const parsed = mappingSchema.safeParse(document ?? {});
  if (!parsed.success)
    throw new DocumentRefused(
      'mapping-invalid',
      parsed.error.issues.map(({ path, message }) => ({ path: placeOf(path), message })),
    );
  const mapping = parsed.data;
  const zones = new Map(sources.map(({ name, timeZone }) => [name, zoneOffset(timeZone)]));
  const zoneOf = ({ source }: Dated): ZoneOffset => zones.get(source ?? '') ?? utc;
  const problems = tableNames.flatMap((name) => [
    ...unknownSources(name, mapping, zones),
    ...backwards(name, mapping, zoneOf),
    ...(name === 'expressions' ? [] : overlaps(name, mapping, zoneOf)),
  ]);
  problems.push(...ambiguous(mapping, zoneOf));
  problems.push(...circles('sku-aliases', mapping), ...circles('customer-links', mapping));
  problems.push(...expressionProblems(mapping, sources));
  // Aliases that go in a circle are told already.
  if (problems.length === 0) problems.push(...kitCircles(mapping));
  if (problems.length > 0) throw new DocumentRefused('mapping-invalid', problems);
  return mapping;
}

/** One table beside the others, of which what is wrong in them alone is not told: nobody has just written that. */
export function checkedTable<N extends TableName>(
  name: N,
  entries: unknown,
  sources: readonly KnownSource[],
  others: Partial<MappingDocument> = {},
): MappingDocument[N] {
  const alone = checkedMapping({ [name]: entries }, sources)[name];
  const problems = kitCircles({ ...emptyMapping, ...others, [name]: alone });
  if (problems.length > 0) throw new DocumentRefused('mapping-invalid', problems);
  return alone;
}

function unknownSources(
  name: TableName,
  mapping: MappingDocument,
  zones: ReadonlyMap<string, ZoneOffset>,
): Problem[] {
  const known = zones.size === 0 ? 'none is configured' : `there are: ${[...zones.keys()].sort().join(', ')}`;
  return (mapping[name] as readonly Dated[]).flatMap(({ source }, index) =>
    source === undefined || zones.has(source)
      ? []
      : [{ path: `${name}[${index}].source`, message: `no source is named ${source}; ${known}` }],
  );
}

function backwards(
  name: TableName,
  mapping: MappingDocument,
  zoneOf: (entry: Dated) => ZoneOffset,
): Problem[] {
  return mapping[name].flatMap((entry, index) => {
    const { from, to } = spanOf(entry, zoneOf(entry));
    return from < to
      ? []
      : [
          {
            path: `${name}[${index}].validTo`,
            message: 'must be later than validFrom, or the entry never holds',
          },
        ];
  });
}
