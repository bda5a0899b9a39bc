/** A promotion in Slack's mrkdwn. */
import { currencyDigits, formatDecimal } from '../domain/exact';
import type { Change, DriftChanges } from '../projections/diff';
import type { PromotionAlert } from './claim';
import { plain } from './plain';

/** Lines of detectors and causes; the rest is behind the link. */
export const MOST = 15;
const CHANGES: readonly Change[] = ['closed', 'opened', 'changed'];
const VERBS: Record<Change, string> = { closed: 'closes', opened: 'opens', changed: 'changes' };

/** `link` ends without `/`. */
export function promotionText({ id, body }: PromotionAlert, link: string): string[] {
  const { generation, former, by, reason, differs, drifts } = body;
  const what = differs.map(({ name, version }) => (version === null ? name : `${name} version ${version}`));
  const named = what.length === 0 ? `Generation ${generation}` : plain(what.join(', '));
  const lines = CHANGES.flatMap((change) => drifts.filter((each) => each.change === change)).map(line);
  const rest = lines.length - MOST;
  return [
    `*${named}* ${by === null ? 'is in force since a start' : `promoted by ${plain(by)}`}` +
      (reason === null ? '' : `: ${plain(reason)}`),
    capital(CHANGES.map((change) => sum(change, drifts)).join(', ')),
    ...lines.slice(0, MOST),
    ...(rest > 0 ? [`… and ${rest} more`] : []),
    `${link}/v1/replays/${generation}/diff?section=drifts · alert ${id}`,
    `Back to generation ${former}: \`tallystick generations rollback\``,
  ];
}

/** `closes 200 drifts (GBP 8430.00 at risk)` */
function sum(change: Change, all: readonly DriftChanges[]): string {
  const of = all.filter((each) => each.change === change);
  const count = of.reduce((total, { drifts }) => total + drifts, 0);
  const risk = money(of);
  return `${VERBS[change]} ${count} drift${count === 1 ? '' : 's'}${risk === '' ? '' : ` (${risk} at risk)`}`;
}

function line(changes: DriftChanges): string {
  return `• ${VERBS[changes.change]} ${causeLine(changes)}`;
}

/** `40 × order-rejected (unknown-sku): GBP 1800.00` */
export function causeLine(changes: DriftChanges): string {
  const { drifts, detector, cause, units } = changes;
  const risk = [money([changes]), units === '0' ? '' : `${units} units`].filter((part) => part !== '');
  const at = risk.length === 0 ? '' : `: ${risk.join(' · ')}`;
  return `${drifts} × ${detector} (${plain(cause)})${at}`;
}

/** Currencies side by side, never added up. */
export function money(of: readonly DriftChanges[]): string {
  const sums = new Map<string, number>();
  for (const { currency, minor } of of)
    if (currency !== null) sums.set(currency, (sums.get(currency) ?? 0) + minor);
  return [...sums]
    .map(([currency, minor]) => `${currency} ${formatDecimal(minor, currencyDigits(currency))}`)
    .join(' · ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
