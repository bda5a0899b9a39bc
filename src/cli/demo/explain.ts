import { read } from './score';

interface Explained {
  id: string;
  detector: string;
  subject: { kind: string; id: string };
  openedAt: string;
  sides: { system: string; value: unknown; fact: number | null }[];
  difference: unknown;
  explained: { reason: string; value: string; facts: number[] }[];
  amountAtRisk: { minor: number; currency: string } | null;
  unitsAtRisk: string | null;
  cause: { code: string; detail: string };
  firstDivergence: { fact: number; position: number; occurredAt: string } | null;
  fixes: { text: string }[];
}

/** One drift told as an operator would read it: preferably of stock, where something is explained and something is not. */
export async function explainOne(url: string): Promise<string> {
  const stock = (await read(`${url}/v1/drifts?detector=stock-mismatch&limit=50`)) as { items: Explained[] };
  const any =
    stock.items.length > 0 ? stock : ((await read(`${url}/v1/drifts?limit=1`)) as { items: Explained[] });
  const drift = any.items.find((item) => item.explained.length > 0) ?? any.items[0];
  if (!drift) return 'No drift is open.';
  const side = ({ system, value, fact }: Explained['sides'][number]) =>
    `  ${system.padEnd(12)} ${JSON.stringify(value)}${fact === null ? '' : ` (fact ${fact})`}`;
  const parted = drift.firstDivergence;
  return [
    `One of them, explained: ${drift.detector} on ${drift.subject.kind}:${drift.subject.id}, since ${drift.openedAt}`,
    ...drift.sides.map(side),
    `  unexplained  ${JSON.stringify(drift.difference)}`,
    ...drift.explained.map(
      ({ reason, value, facts }) => `  explained    ${value} ${reason} (facts ${facts.join(', ')})`,
    ),
    `  cause        ${drift.cause.code}: ${drift.cause.detail}`,
    `  parted       ${parted ? `at fact ${parted.position}, ${parted.occurredAt}` : 'unknown'}`,
    ...drift.fixes.map(({ text }) => `  fix          ${text}`),
    `  ${url}/v1/drifts/${drift.id}\n`,
  ].join('\n');
}

interface Cluster {
  id: string;
  detector: string;
  cause: { code: string; about: string | null };
  open: number;
  change: { text: string } | null;
}

/** The greatest cluster: what one change would close. */
export async function greatestCluster(url: string): Promise<string> {
  const { items } = (await read(`${url}/v1/clusters?limit=1`)) as { items: Cluster[] };
  const [cluster] = items;
  if (!cluster) return '';
  const { detector, cause, open, change, id } = cluster;
  return [
    `The greatest cluster: ${open} × ${detector}, ${cause.code}${cause.about === null ? '' : ` ${cause.about}`}`,
    `  change       ${change?.text ?? 'none is proposed'}`,
    `  ${url}/v1/clusters/${id}\n`,
  ].join('\n');
}
