import type { Alert } from './claim';
import type { Outcome, Timing } from './http-answer';

/** Alerts that go out in one message. */
export interface Group {
  alerts: readonly Alert[];
  /** The place that a route names; null: the usual one. */
  place: string | null;
  /** Of a detector that finds so much at once that a feed or a mapping is suspected. */
  surge: Surge | null;
}

export interface Surge {
  detector: string;
  /** Opened within `minutes`, and in how many clusters. */
  drifts: number;
  clusters: number;
  minutes: number;
}

/** What becomes of the alerts of one turn. */
export interface Plan {
  groups: Group[];
  later: { alerts: Alert[]; ms: number }[];
  /** A route says that nobody is told: they stay in `/v1/alerts`. */
  muted: Alert[];
}

/** Where alerts are sent. */
export interface Channel {
  /** As logs call it. */
  readonly name: string;
  /** Only one replica sends at a time: it asks what is there before it sends. */
  readonly exclusive: boolean;
  /** Between two messages, in ms. */
  readonly paceMs?: number;
  plan(alerts: readonly Alert[]): Promise<Plan>;
  deliver(group: Group, timing: Timing): Promise<Outcome>;
  /** What is left to do once the groups are sent; null: nothing. */
  tidy?(timing: Timing): Promise<Outcome | null>;
}
