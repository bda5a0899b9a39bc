import { type CaseKind, type CaseStates, caseKinds } from '../../domain/cases/kinds';
import type { Contribution } from '../../domain/cases/order';
import type { CaseRecord } from './records';

export interface Change extends Contribution<unknown> {
  /** The target was told something by this case before. */
  known: boolean;
}

/**
 * What a case now tells others, less what it told before its state was another: `value: null` takes a former contribution
 * back. The case remembers what it tells.
 */
export function contributionsChanged(record: CaseRecord, before: CaseStates[CaseKind]): Change[] {
  const {
    contributions: tell,
    contributionsMayDiffer: mayDiffer,
    sameContribution: same = sameJson,
  } = caseKinds[record.kind] as AnyKind;
  const after = record.state as AnyState;
  if (!tell || mayDiffer?.(before as AnyState, after) === false) return [];
  const former = new Map<string, unknown>();
  for (const { target, value } of record.memory.told ?? tell(before as AnyState)) former.set(target, value);
  const now = tell(after);
  record.memory.told = now;
  const changes: Change[] = [];
  for (const { target, value, facts } of now) {
    const known = former.get(target);
    former.delete(target);
    if (known === undefined) changes.push({ target, value, facts, known: false });
    else if (!same(known, value)) changes.push({ target, value, facts, known: true });
  }
  for (const target of former.keys()) changes.push({ target, value: null, facts: [], known: true });
  return changes;
}

/** What is called with a state always came from the same kind. */
type AnyKind = (typeof caseKinds)['order'];
type AnyState = CaseStates['order'];

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
