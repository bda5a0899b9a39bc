/** Alerts in Slack's mrkdwn. */
import { currencyDigits, formatDecimal, type Money } from '../domain/exact';
import { formatInstant } from '../domain/facts/instant';
import { traceIdOf } from '../platform/traces/traceparent';
import { clusterId } from '../projections/engine/reconcile';
import { type Alert, type DriftAlert, isSummary } from './claim';
import { IMPORTED } from './import-alert';
import { importText } from './import-text';
import { plain } from './plain';
import { promotionText } from './promotion-text';

/** Subjects that a message of many names; the rest is behind the link. */
const NAMED = 5;

/**
 * One message: of one alert in full, of several (of one kind and one cluster) with their count, or of one promotion.
 * `link` ends without `/`.
 */
export function slackMessage(alerts: readonly Alert[], link: string): { text: string } {
  const [first] = alerts;
  if (!first) throw new Error('a message needs an alert');
  return { text: textOf(first, alerts, link).join('\n') };
}

function textOf(first: Alert, alerts: readonly Alert[], link: string): string[] {
  if (isSummary(first)) return first.kind === IMPORTED ? importText(first, link) : promotionText(first, link);
  const ofDrifts = alerts.filter((alert) => !isSummary(alert));
  return ofDrifts.length === 1 ? ofOne(first, link) : ofMany(first, ofDrifts, link);
}

function ofOne({ id, kind, body, trace }: DriftAlert, link: string): string[] {
  const { detector, severity, owner, subject, discriminator, cause, firstDivergence } = body;
  const named = `\`${plain(`${subject.kind}:${subject.id}`)}\`${discriminator === '' ? '' : ` (${plain(discriminator)})`}`;
  const lines = [
    kind === 'drift.opened'
      ? `*${detector}* (${severity}) on ${named}`
      : `Resolved: *${detector}* on ${named}`,
    `At risk: ${atRisk([body.amountAtRisk], body.unitsAtRisk)}`,
    `Cause: ${plain(cause.code)}: ${plain(cause.detail)}`,
  ];
  if (owner) lines.push(`Owner: ${plain(owner)}`);
  if (firstDivergence)
    lines.push(`First divergence: fact ${firstDivergence.fact} at ${formatInstant(firstDivergence.at)}`);
  if (body.resolvedAt !== null)
    lines.push(`Resolved by fact ${body.resolvedBy ?? '?'} at ${formatInstant(body.resolvedAt)}`);
  const last = `${link}/v1/drifts/${body.drift} · alert ${id}`;
  return [...lines, trace === undefined ? last : `${last} · trace ${traceIdOf(trace)}`];
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
  const where = kind === 'drift.opened' ? `clusters/${cluster}` : `drifts?cluster=${cluster}&status=resolved`;
  return [
    kind === 'drift.opened' ? `${what} (${severity})` : `Resolved: ${what}`,
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

/** Named in the order of their names, which is the same for every message. */
function ownersOf(alerts: readonly DriftAlert[]): string[] {
  const owners = new Set(alerts.flatMap(({ body: { owner } }) => (owner ? [owner] : [])));
  const named = [...owners].sort().slice(0, NAMED).map(plain).join(', ');
  return owners.size === 0 ? [] : [`Owner: ${named}${owners.size > NAMED ? ' and others' : ''}`];
}

/** Currencies are never added up. */
function atRisk(amounts: readonly (Money | null)[], units: string | null): string {
  const sums = new Map<string, number>();
  for (const amount of amounts)
    if (amount) sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + amount.minor);
  const parts = [...sums].map(
    ([currency, minor]) => `${currency} ${formatDecimal(minor, currencyDigits(currency))}`,
  );
  if (units !== null) parts.push(`${units} units`);
  return parts.length === 0 ? 'not known' : parts.join(' · ');
}
