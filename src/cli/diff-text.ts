/** A diff of two generations as a page for a terminal. */
import { currencyDigits, formatDecimal } from '../domain/exact';
import type { Change, DiffSummary, DriftChanges } from '../projections/diff';
import { columns } from './columns';

const CHANGES: readonly Change[] = ['closed', 'opened', 'changed'];
const VERBS: Record<Change, string> = { closed: 'closes', opened: 'opens', changed: 'changes' };

export function diffText({ generation, position, drifts, cases, quarantine }: DiffSummary): string {
  const lines = [
    `Generation ${generation} against live, as of fact ${position}: ${CHANGES.map((change) => headline(change, drifts)).join(', ')}.`,
  ];
  if (drifts.length > 0) {
    const head = ['', 'detector', 'cause', 'drifts', 'units', 'at risk'];
    lines.push(columns([head, ...drifts.map(row)]).trimEnd());
  }
  const differing = cases.map(
    ({ kind, onlyBefore, onlyAfter, different }) => `${onlyBefore + onlyAfter + different} ${kind}`,
  );
  lines.push(`Cases that differ: ${differing.length === 0 ? 'none' : differing.join(', ')}.`);
  lines.push(`Quarantine: ${quarantine.left} messages leave it, ${quarantine.entered} enter it.`);
  return `${lines.join('\n')}\n`;
}

/** `closes 200 drifts (8430.00 GBP at risk)`; currencies side by side, never added up. */
function headline(change: Change, all: readonly DriftChanges[]): string {
  const of = all.filter((each) => each.change === change);
  const count = of.reduce((sum, { drifts }) => sum + drifts, 0);
  const sums = new Map<string, number>();
  for (const { currency, minor } of of)
    if (currency !== null) sums.set(currency, (sums.get(currency) ?? 0) + minor);
  const risk = [...sums].map(([currency, minor]) => money(minor, currency)).join(', ');
  const drifts = `${VERBS[change]} ${count} drift${count === 1 ? '' : 's'}`;
  return risk === '' ? drifts : `${drifts} (${risk} at risk)`;
}

function row({ change, detector, cause, drifts, units, currency, minor }: DriftChanges): string[] {
  const risk = currency === null ? '' : money(minor, currency);
  return [change, detector, cause, String(drifts), units === '0' ? '' : units, risk];
}

function money(minor: number, currency: string): string {
  return `${formatDecimal(minor, currencyDigits(currency))} ${currency}`;
}
