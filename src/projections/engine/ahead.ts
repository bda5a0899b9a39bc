/** What facts will concern, brought into memory before they are folded: one question for many blocks, where each would ask by itself. */
import { type CaseKind, caseKinds } from '../../domain/cases/kinds';
import { kindOf } from '../../domain/cases/route';
import { type Part, addParts } from './intake';
import type { CaseMemory } from './memory';
import type { Readable } from './records';

/** Folding asks for whatever is missed here. */
export async function bringAhead(memory: CaseMemory, facts: readonly Readable[]): Promise<void> {
  const parts: Part[] = [];
  for (const fact of facts) addParts(fact, parts);
  const keys = new Set<string>();
  for (const { key, fact } of parts) {
    keys.add(key);
    for (const target of caseKinds[kindOf(key) as CaseKind].mayTell?.(fact) ?? []) keys.add(target);
  }
  await memory.ensure([...keys]);
  const looks = new Set<string>();
  for (const key of keys) for (const look of memory.get(key)?.looks ?? []) looks.add(look);
  await memory.ensure([...looks]);
}
