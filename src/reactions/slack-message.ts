/** Alerts in Slack's mrkdwn. */
import { currencyDigits, formatDecimal, type Money } from '../domain/exact';
import { formatInstant } from '../domain/facts/instant';
import type { Alert } from './claim';

/** Subjects that a message of many names; the rest is behind the link. */
const NAMED = 5;
const MAX_DETAIL = 500;

/** One message: of one alert in full, of several (of one kind, detector and cause) with their count. `link` ends without `/`. */
export function slackMessage(alerts: readonly Alert[], link: string): { text: string } {
  const [first, ...others] = alerts;
  if (!first) throw new Error('a message needs an alert');
  const text = others.length === 0 ? ofOne(first, link) : ofMany(first, alerts, link);
  return { text: text.join('\n') };
}

function ofOne({ id, kind, body }: Alert, link: string): string[] {
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
  return [...lines, `${link}/v1/drifts/${body.drift} · alert ${id}`];
}

function ofMany({ kind, body }: Alert, alerts: readonly Alert[], link: string): string[] {
  const { detector, severity, cause } = body;
  const what = `${alerts.length} × *${detector}*`;
  const first = alerts.slice(0, NAMED).map(({ id, body: each }) => {
    const subject = plain(`${each.subject.kind}:${each.subject.id}`);
    return `• <${link}/v1/drifts/${each.drift}|${subject}> · alert ${id}`;
  });
  const rest = alerts.length - first.length;
  const query = `detector=${encodeURIComponent(detector)}&status=${kind === 'drift.opened' ? 'open' : 'resolved'}`;
  return [
    kind === 'drift.opened' ? `${what} (${severity})` : `Resolved: ${what}`,
    `At risk: ${atRisk(
      alerts.map((alert) => alert.body.amountAtRisk),
      null,
    )}`,
    `Cause: ${plain(cause.code)}`,
    ...ownersOf(alerts),
    ...first,
    ...(rest > 0 ? [`… and ${rest} more`] : []),
    `${link}/v1/drifts?${query}`,
  ];
}

/** Named in the order of their names, which is the same for every message. */
function ownersOf(alerts: readonly Alert[]): string[] {
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

/** What came from elsewhere is text: it makes no link, no mention, no formatting. */
function plain(text: string): string {
  const cut = text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text;
  return cut
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('`', "'")
    .replaceAll(/\s+/g, ' ');
}
