/** Who is told what, and when: of the `alerts` section of the configuration. */
export interface AlertRules {
  /** The first that fits decides. */
  readonly routes: readonly Route[];
  readonly quietHours: QuietHours | null;
  /** So many drifts of one detector within so many minutes are told as one. */
  readonly surge: { readonly drifts: number; readonly minutes: number };
}

/** Each list that is given must name what the alert has. */
export interface Route {
  readonly detectors: readonly string[] | null;
  readonly severities: readonly string[] | null;
  /** Any system of either side. */
  readonly sources: readonly string[] | null;
  readonly owners: readonly string[] | null;
  /** Slack's id of a channel; null: the usual one. */
  readonly channel: string | null;
  /** Nobody is told. */
  readonly mute: boolean;
}

export interface QuietHours {
  /** Minutes of the day in `timeZone`; over midnight where `to` is the smaller. */
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
  /** Severities that are told at any time. */
  readonly except: readonly string[];
}

export const NO_RULES: AlertRules = { routes: [], quietHours: null, surge: { drifts: 100, minutes: 10 } };
