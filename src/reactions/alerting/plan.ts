/** What becomes of the alerts of one turn: who is told, when, and what is told together. */
import type { Pool } from 'pg';
import { clusterName } from '../../domain/drift/cluster';
import type { Group, Plan, Surge } from '../channel';
import { type Alert, type DriftAlert, isSummary } from '../claim';
import { quietMs } from './quiet';
import type { AlertRules, Route } from './rules';
import { surgesNow } from './surges';

export type Planner = (alerts: readonly Alert[]) => Promise<Plan>;

/** @param now the wall clock: quiet hours are people's */
export function planner(pool: Pool, rules: AlertRules, now: () => Date = () => new Date()): Planner {
  const { routes, quietHours } = rules;
  return async (alerts) => {
    const opens = alerts.some(({ kind }) => kind === 'drift.opened');
    const surges = opens ? await surgesNow(pool, rules.surge) : new Map<string, Surge>();
    const quiet = quietHours === null ? 0 : quietMs(quietHours, now());
    const waiting: Alert[] = [];
    const muted: Alert[] = [];
    const groups = new Map<string, Group & { alerts: Alert[] }>();
    for (const alert of alerts) {
      const route = isSummary(alert) ? undefined : routes.find((each) => fits(each, alert));
      if (route?.mute) {
        muted.push(alert);
        continue;
      }
      if (quiet > 0 && !toldAnyway(alert, quietHours?.except ?? [])) {
        waiting.push(alert);
        continue;
      }
      const surge = surgeOf(alert, surges);
      const place = route?.channel ?? null;
      const key = JSON.stringify(together(alert, surge, place));
      const group = groups.get(key);
      if (group) group.alerts.push(alert);
      else groups.set(key, { alerts: [alert], place, surge });
    }
    const later = waiting.length === 0 ? [] : [{ alerts: waiting, ms: quiet }];
    return { groups: [...groups.values()], later, muted };
  };
}

/** Alerts with the same answer go out in one message. What was tried before goes out as it was to be then. */
function together(alert: Alert, surge: Surge | null, place: string | null): unknown[] {
  if (isSummary(alert)) return [alert.id];
  if (alert.message !== null) return ['again', alert.message];
  const { kind, body, toldIn } = alert;
  const cluster = clusterName(body.detector, body.cause);
  if (kind !== 'drift.opened') return [kind, threadOf(toldIn), cluster, place];
  return [kind, surge?.detector ?? cluster, surge !== null, place];
}

/** A message's name is its thread's and, after the last `/`, its own. */
export function threadOf(message: string | null): string | null {
  return message === null ? null : message.slice(0, message.lastIndexOf('/'));
}

function surgeOf(alert: Alert, surges: ReadonlyMap<string, Surge>): Surge | null {
  if (alert.kind !== 'drift.opened') return null;
  return surges.get(alert.body.detector) ?? null;
}

/** A summary is asked for by a person, or has its own time. */
function toldAnyway(alert: Alert, except: readonly string[]): boolean {
  return isSummary(alert) || except.includes(alert.body.severity);
}

function fits(route: Route, { body }: DriftAlert): boolean {
  const { detectors, severities, sources, owners } = route;
  const named = (list: readonly string[] | null, value: string | null | undefined) =>
    list === null || (typeof value === 'string' && list.includes(value));
  return (
    named(detectors, body.detector) &&
    named(severities, body.severity) &&
    named(owners, body.owner) &&
    (sources === null || (body.sources ?? []).some((source) => sources.includes(source)))
  );
}
