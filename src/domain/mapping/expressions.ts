/** A custom source's expressions, corrected by the mapping. */
import type { Problem } from '../refused';
import { compileMapping } from '../sources/custom/compile';
import type { CustomMapping } from '../sources/custom/mapping';
import type { SourceSettings } from '../sources/source-kind';
import type { Entry, MappingDocument } from './tables';

type ReadableSource = Pick<SourceSettings, 'name' | 'mapping'>;

/** The settings with what the mapping says instead; the same object where it says nothing. */
export function corrected<S extends ReadableSource>(source: S, { expressions }: MappingDocument): S {
  if (source.mapping === undefined) return source;
  const entry = expressions.find((each) => each.source === source.name);
  return entry ? { ...source, mapping: merged(source.mapping, entry) } : source;
}

function merged(
  mapping: CustomMapping,
  { source: _source, types, ...said }: Entry<'expressions'>,
): CustomMapping {
  return { ...mapping, ...said, types: { ...mapping.types, ...types } };
}

/** What cannot be read by them, with source, expression, line and character. Unknown sources are told elsewhere. */
export function expressionProblems(
  { expressions }: MappingDocument,
  sources: readonly ReadableSource[],
): Problem[] {
  const seen = new Map<string, number>();
  return expressions.flatMap((entry, index) => {
    const path = `expressions[${index}]`;
    const other = seen.get(entry.source);
    seen.set(entry.source, other ?? index);
    if (other !== undefined)
      return [
        { path, message: `corrects ${entry.source}, as expressions[${other}] does; write it in one entry` },
      ];
    const source = sources.find(({ name }) => name === entry.source);
    if (!source) return [];
    if (!source.mapping) {
      const message = `${entry.source} reads its messages itself; only a source of kind custom has expressions`;
      return [{ path: `${path}.source`, message }];
    }
    const outcome = compileMapping(merged(source.mapping, entry));
    if (outcome.ok) return [];
    return outcome.problems.map(({ place, reason }) => ({
      path: `${path}.${place}`,
      message: `${reason}, of ${entry.source}`,
    }));
  });
}
