import { CUSTOM, customKind } from './custom';
import { compileMapping, type MappingProblem } from './custom/compile';
import { nativeKinds } from './native-kinds';
import type { SourceKind, SourceSettings } from './source-kind';
import { tallystick } from './tallystick';

/** Adding a system is adding its folder, and its name in `native-kinds.ts`. */
export const sourceKinds: ReadonlyMap<string, SourceKind> = new Map(
  [...nativeKinds, tallystick].map((kind): [string, SourceKind] => [kind.kind, kind]),
);

/** What a source can be configured as. */
export const configurableKinds: readonly string[] = [...nativeKinds.map(({ kind }) => kind), CUSTOM];

/** What reads a source's messages: of its kind, or of its own settings. */
export function kindFor(source: Pick<SourceSettings, 'kind' | 'mapping'>): SourceKind | undefined {
  if (source.kind === CUSTOM) return source.mapping ? customKind(source.mapping) : undefined;
  return sourceKinds.get(source.kind);
}

/** What is wrong with how a source's messages are to be read; nothing is, of a kind that reads them itself. */
export function mappingProblems({
  kind,
  mapping,
}: Pick<SourceSettings, 'kind' | 'mapping'>): MappingProblem[] {
  if (kind !== CUSTOM) {
    const reason = `a source of kind ${kind} reads its messages itself; only ${CUSTOM} takes a mapping`;
    return mapping ? [{ place: 'mapping', reason }] : [];
  }
  if (!mapping)
    return [{ place: 'mapping', reason: 'a custom source is read by its mapping, and needs one' }];
  const outcome = compileMapping(mapping);
  if (outcome.ok) return [];
  return outcome.problems.map(({ place, reason }) => ({ place: `mapping.${place}`, reason }));
}
