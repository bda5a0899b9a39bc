/** Which detectors are asked about a kind of case, by a policy. */
import type { CaseKind } from '../../domain/cases/kinds';
import { detectorsOf } from '../../domain/drift/catalogue';
import type { DetectContext } from '../../domain/drift/context';
import type { Detector } from '../../domain/drift/detector';
import type { Severity } from '../../domain/drift/finding';
import type { Policy } from '../../domain/policy';

/** A detector as it is called: all of one shape, whatever a definition leaves out, since they are called at every fact. */
export interface Asked {
  code: string;
  severity: Severity;
  windowed: boolean;
  detect: Detector['detect'];
}

const byPolicy = new WeakMap<Policy, Map<CaseKind, readonly Asked[]>>();

/** Without those that the policy has off; where it is scoped it may have them on for some cases, so all. */
export function askedOf(kind: CaseKind, { document, isScoped }: DetectContext): readonly Asked[] {
  let kinds = byPolicy.get(document);
  if (!kinds) byPolicy.set(document, (kinds = new Map<CaseKind, readonly Asked[]>()));
  let asked = kinds.get(kind);
  if (!asked) {
    asked = detectorsOf(kind)
      .filter(({ code }) => isScoped || document.detectors[code]?.enabled !== false)
      .map(({ code, severity, windowed = false, detect }) => ({ code, severity, windowed, detect }));
    kinds.set(kind, asked);
  }
  return asked;
}
