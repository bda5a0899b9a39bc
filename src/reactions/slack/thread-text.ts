/** The first message of a thread: what it is about, as it is now. It is changed as that changes. */
import { atRisk } from '../money-text';
import { plain } from '../plain';
import type { Thread } from './threads';
import { SURGE, type ThreadSums } from './thread-sums';

const DAY_MS = 86_400_000;
const NAMED = 5;

/** `link` ends without `/`. */
export function threadText(
  { about, title }: Pick<Thread, 'about' | 'title'>,
  sums: ThreadSums,
  at: Date,
  link: string,
): string {
  const surge = about.startsWith(SURGE);
  const name = `*${plain(title)}*`;
  const where = `${link}/v1/clusters${surge ? `?detector=${about.slice(SURGE.length)}` : `/${about}`}`;
  if (sums.open === 0) {
    const accepted = sums.accepted > 0 ? ` (${sums.accepted} accepted)` : '';
    return [`:white_check_mark: Resolved: ${name}${accepted}`, where].join('\n');
  }
  const { owners, firstSeen } = sums;
  const lines = [
    `${sums.open} × ${name} (${sums.severity})${surge ? `: feed or mapping suspected, ${sums.clusters} clusters` : ''}`,
    `At risk: ${atRisk(sums.money, null)}`,
  ];
  if (owners.length > 0)
    lines.push(
      `Owner: ${owners.slice(0, NAMED).map(plain).join(', ')}${owners.length > NAMED ? ' and others' : ''}`,
    );
  if (firstSeen)
    lines.push(`Since ${firstSeen.toISOString().slice(0, 16).replace('T', ' ')} UTC (${age(firstSeen, at)})`);
  if (sums.accepted > 0) lines.push(`${sums.accepted} accepted`);
  if (sums.change !== null) lines.push(`To do: ${plain(sums.change)}`);
  return [...lines, where].join('\n');
}

/** In whole days, so that a message is not changed for the sake of minutes. */
function age(since: Date, at: Date): string {
  const days = Math.floor((at.getTime() - since.getTime()) / DAY_MS);
  if (days < 1) return 'less than a day';
  return days === 1 ? '1 day' : `${days} days`;
}
