/** Alerts in Slack's mrkdwn. */
import { formatInstant } from '../../domain/facts/instant';
import { traceIdOf } from '../../platform/traces/traceparent';
import { clusterId } from '../../projections/engine/reconcile';
import type { Group, Surge } from '../channel';
import { type Alert, type DriftAlert, type Summary, isSummary } from '../claim';
import { DIGEST } from '../digest-alert';
import { digestText } from '../digest-text';
import { IMPORTED } from '../import-alert';
import { importText } from '../import-text';
import { atRisk } from '../money-text';
import { plain } from '../plain';
import { promotionText } from '../promotion-text';

/** Subjects that a message of many names; the rest is behind the link. */
const NAMED = 5;

const BECAME = {
  'drift.resolved': { words: 'Resolved', status: 'resolved' },
  'drift.accepted': { words: 'Accepted', status: 'accepted' },
  'drift.superseded': { words: 'Follows from another drift', status: 'consequence' },
} as const;

/**
 * One message: of one alert in full, of several (of one kind and one cluster, or one surge) with their count, or of one summary.
 * `link` ends without `/`.
 */
export function slackMessage(
  { alerts, surge }: Pick<Group, 'alerts' | 'surge'>,
  link: string,
): { text: string } {
  const [first] = alerts;
  if (!first) throw new Error('a message needs an alert');
  if (isSummary(first)) return { text: summaryText(first, link).join('\n') };
  const lines = surge && alerts.length > 1 ? ofSurge(surge, alerts, link) : textOf(first, alerts, link);
  return { text: lines.join('\n') };
}

function summaryText(summary: Summary, link: string): string[] {
  if (summary.kind === IMPORTED) return importText(summary, link);
  return summary.kind === DIGEST ? digestText(summary.body, link) : promotionText(summary, link);
}

function textOf(first: DriftAlert, alerts: readonly Alert[], link: string): string[] {
  const ofDrifts = alerts.filter((alert) => !isSummary(alert));
  return ofDrifts.length === 1 ? ofOne(first, link) : ofMany(first, ofDrifts, link);
}

function ofOne({ id, kind, body, trace }: DriftAlert, link: string): string[] {
  const { detector, severity, owner, subject, discriminator, cause, firstDivergence } = body;
  const named = `\`${plain(`${subject.kind}:${subject.id}`)}\`${discriminator === '' ? '' : ` (${plain(discriminator)})`}`;
  const lines = [
    kind === 'drift.opened'
      ? `*${detector}* (${severity}) on ${named}`
      : `${BECAME[kind].words}: *${detector}* on ${named}`,
    `At risk: ${atRisk([body.amountAtRisk], body.unitsAtRisk)}`,
    `Cause: ${plain(cause.code)}: ${plain(cause.detail)}`,
  ];
  if (owner) lines.push(`Owner: ${plain(owner)}`);
  if (firstDivergence)
    lines.push(`First divergence: fact ${firstDivergence.fact} at ${formatInstant(firstDivergence.at)}`);
  if (body.resolvedAt !== null)
    lines.push(`Resolved by ${resolver(body)} at ${formatInstant(body.resolvedAt)}`);
  else if (body.promoted !== undefined) lines.push(`By the promotion of generation ${body.promoted}`);
  const last = `${link}/v1/drifts/${body.drift} · alert ${id}`;
  return [...lines, trace === undefined ? last : `${last} · trace ${traceIdOf(trace)}`];
}

function resolver({ resolvedBy, promoted }: DriftAlert['body']): string {
  if (resolvedBy !== null) return `fact ${resolvedBy}`;
  return promoted === undefined ? 'fact ?' : `the promotion of generation ${promoted}`;
}

function ofMany({ kind, body }: DriftAlert, alerts: readonly DriftAlert[], link: string): string[] {
  const { detector, severity, cause } = body;
  const what = `${alerts.length} × *${detector}*`;
  const first = alerts.slice(0, NAMED).map(({ id, body: each }) => {
    const subject = plain(`${each.subject.kind}:${each.subject.id}`);
    return `• <${link}/v1/drifts/${each.drift}|${subject}> · alert ${id}`;
  });
  const rest = alerts.length - first.length;
  const cluster = clusterId(detector, cause);
  const where =
    kind === 'drift.opened'
      ? `clusters/${cluster}`
      : `drifts?cluster=${cluster}&status=${BECAME[kind].status}`;
  return [
    kind === 'drift.opened' ? `${what} (${severity})` : `${BECAME[kind].words}: ${what}`,
    `At risk: ${atRisk(
      alerts.map((alert) => alert.body.amountAtRisk),
      null,
    )}`,
    `Cause: ${plain(cause.code)}${cause.about === undefined ? '' : `: ${plain(cause.about)}`}`,
    ...ownersOf(alerts),
    ...first,
    ...(rest > 0 ? [`… and ${rest} more`] : []),
    `${link}/v1/${where}`,
  ];
}

/** By the thing that they have in common, the most frequent first: a name, or a cause. */
function ofSurge(
  { detector, drifts, clusters, minutes }: Surge,
  alerts: readonly Alert[],
  link: string,
): string[] {
  const ofDrifts = alerts.filter((alert) => !isSummary(alert));
  const counts = new Map<string, number>();
  for (const { body } of ofDrifts) {
    const cause = plain(`${body.cause.code}${body.cause.about === undefined ? '' : `: ${body.cause.about}`}`);
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1]);
  const ids = ofDrifts.map(({ id }) => id);
  const rest = most.length - NAMED;
  return [
    `${alerts.length} × *${detector}*: feed or mapping suspected (${drifts} in ${clusters} clusters within ${minutes} min)`,
    `At risk: ${atRisk(
      ofDrifts.map((alert) => alert.body.amountAtRisk),
      null,
    )}`,
    ...most.slice(0, NAMED).map(([cause, count]) => `• ${count} × ${cause}`),
    ...(rest > 0 ? [`… and ${rest} more causes`] : []),
    `${link}/v1/clusters?detector=${detector} · alerts ${Math.min(...ids)} to ${Math.max(...ids)}`,
  ];
}

/** Named in the order of their names, which is the same for every message. */
function ownersOf(alerts: readonly DriftAlert[]): string[] {
  const owners = new Set(alerts.flatMap(({ body: { owner } }) => (owner ? [owner] : [])));
  const named = [...owners].sort().slice(0, NAMED).map(plain).join(', ');
  return owners.size === 0 ? [] : [`Owner: ${named}${owners.size > NAMED ? ' and others' : ''}`];
}
