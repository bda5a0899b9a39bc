/** One case, asked: its findings, what it waits for, and what it looked at. */
import { type CaseKind, type CaseStates } from '../../domain/cases/kinds';
import { supersededBy } from '../../domain/drift/catalogue';
import type { DetectContext, Wait } from '../../domain/drift/context';
import type { Finding, Severity } from '../../domain/drift/finding';
import { sound } from '../../domain/drift/sound';
import { NotExact } from '../../domain/exact';
import { ownerOf } from '../../domain/policy';
import { type AskedOf, askedBy } from './asked';
import { own } from '../../domain/own';

export interface Found {
  detector: string;
  severity: Severity;
  /** By the policy. */
  owner: string | null;
  finding: Finding;
  /** Another drift on the same subject says it better. */
  superseded: boolean;
  windowed: boolean;
}

const NOTHING: readonly Found[] = [];

/** A detector that failed on the case: its drifts stay as they were. */
export interface Failed {
  detector: string;
  error: unknown;
}

const NO_FAILURE: readonly Failed[] = [];

export interface Evaluation {
  found: readonly Found[];
  failed: readonly Failed[];
  waits: Wait[];
}

/** The case is not in memory: load it and ask again. */
export class NotLoaded extends Error {
  constructor(readonly key: string) {
    super(`case ${key} is not loaded`);
  }
}

/** Asks one case after another of one instant. What the last one looked at, its context knows. */
export class Evaluator {
  private readonly asked: AskedOf;

  constructor(readonly context: DetectContext) {
    this.asked = askedBy(context);
  }

  evaluate(kind: CaseKind, state: CaseStates[CaseKind]): Evaluation {
    const { context } = this;
    context.begin(kind, state);
    let found: Found[] | null = null;
    let failed: Failed[] | null = null;
    for (const asked of this.asked[kind]) {
      const { code, windowed } = asked;
      if (context.isScoped && context.isOff(code)) continue;
      let findings: readonly Finding[];
      try {
        findings = asked.detect(state, context);
        if (findings.length === 0) continue;
        findings = findings.map(sound);
      } catch (error) {
        // What is not in memory is asked again; what cannot be exact is judged by nobody.
        if (error instanceof NotLoaded || error instanceof NotExact) throw error;
        (failed ??= []).push({ detector: code, error });
        continue;
      }
      for (const finding of findings) {
        const policy = context.policyOf(finding.matter);
        const said = own(policy.detectors, code);
        if (said?.enabled === false) continue;
        const severity = said?.severity ?? finding.severity ?? asked.severity;
        const owner = ownerOf(policy, code);
        (found ??= []).push({ detector: code, severity, owner, finding, superseded: false, windowed });
      }
    }
    if (found !== null && found.length > 1) markConsequences(found);
    return { found: found ?? NOTHING, failed: failed ?? NO_FAILURE, waits: context.waits };
  }
}

function markConsequences(found: Found[]): void {
  for (const each of found) {
    const greater = supersededBy.get(each.detector);
    if (!greater) continue;
    const { kind, id } = each.finding.subject;
    each.superseded = found.some(
      (other) =>
        greater.has(other.detector) && other.finding.subject.kind === kind && other.finding.subject.id === id,
    );
  }
}
