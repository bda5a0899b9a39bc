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
  const former = record.memory.told ?? tell(before as AnyState);
  const now = tell(after);
  record.memory.told = now;
  // Most tell the same ones again, or more.
  const gone = isContinued(former, now) ? null : new Map(former.map(({ target, value }) => [target, value]));
  const changes: Change[] = [];
  for (let i = 0; i < now.length; i++) {
    const { target, value, facts } = now[i] as Contribution<unknown>;
    const known = gone === null ? former[i]?.value : gone.get(target);
    gone?.delete(target);
    if (known === undefined) changes.push({ target, value, facts, known: false });
    else if (!same(known, value)) changes.push({ target, value, facts, known: true });
  }
  for (const target of gone?.keys() ?? []) changes.push({ target, value: null, facts: [], known: true });
  return changes;
}

type Told = readonly Contribution<unknown>[];

/** Whether the targets are those of before, in their order, and others after them. */
function isContinued(former: Told, now: Told): boolean {
  for (let i = 0; i < former.length; i++) if (former[i]?.target !== now[i]?.target) return false;
  return true;
}

/** What is called with a state always came from the same kind. */
type AnyKind = (typeof caseKinds)['order'];
type AnyState = CaseStates['order'];

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
