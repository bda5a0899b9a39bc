/** The day in Slack's mrkdwn. */
import type { Digest } from '../projections/digest';
import { atRisk } from './money-text';

/** Detectors that are named; the rest is behind the link. */
const NAMED = 8;

/** `link` ends without `/`. */
export function digestText(digest: Digest, link: string): string[] {
  const { asOf, opened, resolved, open, accepted, ageing, detectors, stock } = digest;
  const named = detectors.filter((each) => each.open > 0);
  const ages = ageing.filter(({ drifts }) => drifts > 0);
  return [
    `*Digest* as of ${asOf.slice(0, 16).replace('T', ' ')} UTC: ${open} open, ${opened} new, ${resolved} resolved${accepted > 0 ? `, ${accepted} accepted` : ''}`,
    `At risk: ${atRisk(digest.atRisk, null)}`,
    ...(ages.length > 0
      ? [`Days open: ${ages.map(({ days, drifts }) => `${plainDays(days)}: ${drifts}`).join(' · ')}`]
      : []),
    `Shipments in Scend without a fulfilment in Prima: ${digest.shipmentsWithoutFulfilment}`,
    stock.share === null
      ? 'Stock: the positions do not differ'
      : `Stock: ${percent(stock.share)} % of the difference explained (${stock.explained} units; ${stock.unexplained} are not)`,
    ...named.slice(0, NAMED).map((each) => `• ${each.open} × ${each.detector}: ${atRisk(each.atRisk, null)}`),
    ...(named.length > NAMED ? [`… and ${named.length - NAMED} more`] : []),
    `${link}/v1/digest`,
  ];
}

function plainDays(days: string): string {
  return days.replace('<', '&lt;').replace('>', '&gt;');
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}
