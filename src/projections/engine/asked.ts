/** Which detectors are asked about a kind of case, by a policy. */
import { type CaseKind, caseKinds } from '../../domain/cases/kinds';
import { detectorsOf } from '../../domain/drift/catalogue';
import type { DetectContext } from '../../domain/drift/context';
import type { Detector } from '../../domain/drift/detector';
import type { Severity } from '../../domain/drift/finding';
import type { Policy } from '../../domain/policy';
import { own } from '../../domain/own';

/** A detector as it is called: all of one shape, whatever a definition leaves out, since they are called at every fact. */
export interface Asked {
  code: string;
  severity: Severity;
  windowed: boolean;
  detect: Detector['detect'];
}

export type AskedOf = Readonly<Record<CaseKind, readonly Asked[]>>;

const byPolicy = new WeakMap<Policy, AskedOf>();

/** By kind, without those that the policy has off; where it is scoped it may have them on for some cases, so all. */
export function askedBy({ document, isScoped }: DetectContext): AskedOf {
  let all = byPolicy.get(document);
  if (!all) {
    const of = (kind: CaseKind): Asked[] =>
      detectorsOf(kind)
        .filter(({ code }) => isScoped || own(document.detectors, code)?.enabled !== false)
        .map(({ code, severity, windowed = false, detect }) => ({ code, severity, windowed, detect }));
    const kinds = Object.keys(caseKinds) as CaseKind[];
    all = Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) as Record<CaseKind, Asked[]>;
    byPolicy.set(document, all);
  }
  return all;
}
