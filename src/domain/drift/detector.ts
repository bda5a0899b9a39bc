import type { CaseKind, CaseStates } from '../cases/kinds';
import type { Canonical } from '../facts/canonical';
import type { Dimension, Setting } from '../policy';
import type { DetectContext } from './context';
import type { Finding, Severity } from './finding';

/** One message of an example: what a source said, already in canonical words, or a message nobody understands. */
export type Told =
  | { source: string; fact: Canonical }
  | { source: string; unreadable: 'message-invalid' | 'message-unmapped'; at: number };

export interface Examples {
  /** Facts after which, at `at`, the drift is open with this cause on this subject. */
  opens: { facts: Told[]; at: number; subject: string; cause: string };
  /** The near-miss: everything alike but for the one thing that makes it no drift. */
  staysClosed: { facts: Told[]; at: number };
  /** What closes the drift of `opens`: more facts, or (`replay`) the same facts read by a corrected mapping. */
  resolves: { by: Told[] } | { replay: Told[] };
}

/** One kind of drift: a pure function of a case and what the context passes in. See `catalogue.ts`. */
export interface Detector<K extends CaseKind = CaseKind> {
  /** Public and stable. */
  code: string;
  /** The kind of case whose change calls it. */
  on: K;
  meaning: string;
  severity: Severity;
  graceSeconds: number;
  /**
   * What it reads of the policy beside grace, severity, owner and whether it is on, and in words what holds where the policy
   * says nothing. All else is refused.
   */
  reads?: Readonly<Partial<Record<Setting, string>>>;
  /** What its findings name in `matter` beside what their case is: policies may be scoped by it. */
  parts?: readonly Dimension[];
  /** Its case forgets what is long settled, so an open drift keeps the earliest start that was ever told. */
  windowed?: boolean;
  /** In order of precedence. */
  causes: readonly string[];
  /** Codes of detectors whose drifts on the same subject are consequences of this one. */
  supersedes: readonly string[];
  detect(state: CaseStates[K], context: DetectContext): readonly Finding[];
  examples: Examples;
}

export function detector<K extends CaseKind>(definition: Detector<K>): Detector<K> {
  return definition;
}
