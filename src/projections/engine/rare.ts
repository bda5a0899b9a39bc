/** What of a state seldom changes: stored beside the rest of it, and again only when it has changed. */
import { type CaseKind, type CaseStates, caseKinds } from '../../domain/cases/kinds';
import type { CaseRecord } from './records';

type Fields = Record<string, unknown>;

function rareOf(kind: CaseKind): readonly string[] | undefined {
  return caseKinds[kind].rare;
}

/** The state as two texts; the second is null where its kind has nothing rare, or where it is not wanted. */
export function stateTexts(
  { kind, state }: Pick<CaseRecord, 'kind' | 'state'>,
  withRare: boolean,
): { state: string; rare: string | null } {
  const names = rareOf(kind);
  if (!names) return { state: JSON.stringify(state), rare: null };
  const fields = state as unknown as Fields;
  const of = (values: (name: string) => unknown) =>
    Object.fromEntries(names.map((name) => [name, values(name)]));
  // Undefined is not written.
  const rest = { ...fields, ...of(() => undefined) };
  return { state: JSON.stringify(rest), rare: withRare ? JSON.stringify(of((name) => fields[name])) : null };
}

/** The state whose texts these are. */
export function stateOf(texts: { state: string; rare: string | null }): CaseStates[CaseKind] {
  const rest = JSON.parse(texts.state) as CaseStates[CaseKind];
  return texts.rare === null ? rest : { ...rest, ...(JSON.parse(texts.rare) as object) };
}

/** From now on what is rare in the state is known to be stored as it is. */
export function noteStored(record: CaseRecord): void {
  const names = rareOf(record.kind);
  if (names) record.memory.rare = names.map((name) => (record.state as unknown as Fields)[name]);
}

/** Whether what is rare in the state is stored as it is; by identity, since states are never changed in place. */
export function isRareStored({ kind, state, memory }: CaseRecord): boolean {
  const { rare } = memory;
  if (rare === null) return false;
  return (rareOf(kind) ?? []).every((name, index) => (state as unknown as Fields)[name] === rare[index]);
}
