/** What a detector says: two sides that should meet and do not, beyond tolerance and after the grace. */
import type { Money } from '../exact';
import type { Held } from '../cases/held';
import type { Matter } from '../scoped-policy';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type Severity = 'critical' | 'high' | 'medium' | 'low';

export interface Side {
  system: string;
  value: Json;
  /** Position of the fact that says so; null where the side is silent. */
  fact: number | null;
}

export interface Explained {
  reason: string;
  /** Decimal text, in the unit of the difference. */
  value: string;
  facts: number[];
}

/** A proposed correction, or why none can be proposed. */
export interface Proposal {
  kind: 'resend' | 'post' | 'correct' | 'investigate' | 'none';
  system: string;
  text: string;
}

export interface Divergence {
  fact: number;
  at: number;
}

export interface Cause {
  code: string;
  detail: string;
  /** What drifts of this cause have in common beside it: a SKU, a word that no table has, a field. Drifts alike in it are a cluster. */
  about?: string;
}

/** What most find, and so often that no list is made to say it. */
export const NO_FINDINGS: readonly Finding[] = [];

export interface Finding {
  subject: { kind: string; id: string };
  /** Distinguishes several drifts of one detector on one subject; '' where there can be only one. */
  discriminator: string;
  severity?: Severity;
  /** What a part of the case is, where the finding is of a part: as in `DetectContext.policyOf`. */
  matter?: Matter;
  /** Since when the condition has held, epoch ms, told by the facts' own clocks. */
  since: number;
  /** Of a windowed detector: it has not held before, so no earlier start that was told is kept. */
  certain?: boolean;
  /** When it becomes a drift: since + grace. */
  dueAt: number;
  sides: Side[];
  /** The unexplained difference. */
  difference: Json;
  explained: Explained[];
  amountAtRisk: Money | null;
  /** Decimal text, base units. */
  unitsAtRisk: string | null;
  cause: Cause;
  divergence: Divergence | null;
  fixes: Proposal[];
}

export function divergedAt(held: Held<unknown>): Divergence {
  return { fact: held.fact, at: held.at };
}
