import { type CaseKind, type CaseStates, caseKinds } from '../../domain/cases/kinds';
import type { Contribution } from '../../domain/cases/order';

/** What a case now tells others, less what it told before: `value: null` takes a former contribution back. */
export function contributionsChanged(
  kind: CaseKind,
  before: CaseStates[CaseKind],
  after: CaseStates[CaseKind],
): Contribution<unknown>[] {
  const { contributions: tell, contributionsMayDiffer: mayDiffer } = caseKinds[
    kind
  ] as (typeof caseKinds)['order'];
  if (!tell || mayDiffer?.(before as CaseStates['order'], after as CaseStates['order']) === false) return [];
  const former = new Map(tell(before as CaseStates['order']).map(({ target, value }) => [target, value]));
  const changes: Contribution<unknown>[] = [];
  for (const contribution of tell(after as CaseStates['order'])) {
    const known = former.get(contribution.target);
    former.delete(contribution.target);
    if (known === undefined || JSON.stringify(known) !== JSON.stringify(contribution.value))
      changes.push(contribution);
  }
  for (const target of former.keys()) changes.push({ target, value: null, facts: [] });
  return changes;
}
