import { type CaseKind, type CaseStates, caseKinds } from '../../domain/cases/kinds';
import type { Contribution } from '../../domain/cases/order';

export interface Change extends Contribution<unknown> {
  /** The target was told something by this case before. */
  known: boolean;
}

/** What a case now tells others, less what it told before: `value: null` takes a former contribution back. */
export function contributionsChanged(
  kind: CaseKind,
  before: CaseStates[CaseKind],
  after: CaseStates[CaseKind],
): Change[] {
  const {
    contributions: tell,
    contributionsMayDiffer: mayDiffer,
    sameContribution: same = sameJson,
  } = caseKinds[kind] as AnyKind;
  if (!tell || mayDiffer?.(before as AnyState, after as AnyState) === false) return [];
  const former = new Map(tell(before as AnyState).map(({ target, value }) => [target, value]));
  const changes: Change[] = [];
  for (const contribution of tell(after as AnyState)) {
    const known = former.get(contribution.target);
    former.delete(contribution.target);
    if (known === undefined) changes.push({ ...contribution, known: false });
    else if (!same(known, contribution.value)) changes.push({ ...contribution, known: true });
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
