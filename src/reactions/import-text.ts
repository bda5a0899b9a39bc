/** The end of an import in Slack's mrkdwn. */
import type { ImportAlert } from './claim';
import { plain } from './plain';
import { MOST, causeLine, money } from './promotion-text';

/** `link` ends without `/`. */
export function importText({ id, body }: ImportAlert, link: string): string[] {
  const { reason, facts, drifts } = body;
  const count = drifts.reduce((sum, each) => sum + each.drifts, 0);
  const risk = money(drifts);
  const largest = [...drifts].sort((a, b) => b.drifts - a.drifts);
  const rest = largest.length - MOST;
  return [
    `*History is imported*: ${facts} facts${reason === null ? '' : ` (${plain(reason)})`}`,
    `${count} drift${count === 1 ? ' is' : 's are'} open${risk === '' ? '' : ` (${risk} at risk)`}`,
    ...largest.slice(0, MOST).map((each) => `• ${causeLine(each)}`),
    ...(rest > 0 ? [`… and ${rest} more`] : []),
    'From now on each drift is told by itself.',
    `${link}/v1/drifts?status=open · alert ${id}`,
  ];
}
