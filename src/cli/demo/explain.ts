import type { Digest } from '../../projections/digest';
import { digestLines } from '../digest';
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

interface Explanation {
  warehouses: {
    warehouse: string;
    book: { physical: string; at: string } | null;
    counted: { physical: string; at: string } | null;
    steps: { reason: string; physical: string; facts: number[] }[];
    unexplained: { physical: string } | null;
  }[];
}

/** From what the books say to what the warehouse counted: of the SKU of which most is explained by movements. */
export async function waterfall(url: string): Promise<string> {
  const { items } = (await read(`${url}/v1/drifts?detector=stock-mismatch&limit=50`)) as {
    items: Explained[];
  };
  const skus = [...new Set(items.map(({ subject: { id } }) => id.slice(0, id.lastIndexOf('@'))))];
  let most: { lines: string[]; units: number } = { lines: [], units: 0 };
  for (const sku of skus) {
    const path = `${url}/v1/stock/${encodeURIComponent(sku)}/explain`;
    const { warehouses } = (await read(path)) as Explanation;
    for (const { warehouse, book, counted, steps, unexplained } of warehouses) {
      const moved = steps.filter(({ physical }) => Number(physical) !== 0);
      // What a count and a balance of different moments differ by explains little to a reader.
      const units = moved.reduce(
        (sum, { reason, physical }) => sum + (reason === 'cut-off' ? 0 : Math.abs(Number(physical))),
        0,
      );
      if (!book || !counted || units <= most.units) continue;
      const line = (what: string, quantity: string, why: string) =>
        `  ${what.padEnd(22)} ${quantity.padStart(8)}  ${why}`.trimEnd();
      const facts = (all: number[]) => `${all.length} fact${all.length === 1 ? '' : 's'}`;
      most = {
        units,
        lines: [
          `From books to shelf: ${sku} in ${warehouse}`,
          line('book', book.physical, `Prima, ${book.at}`),
          ...moved.map(({ reason, physical, facts: by }) => line(`- ${reason}`, physical, facts(by))),
          line('- unexplained', unexplained?.physical ?? '', ''),
          line('= counted', counted.physical, `Scend, ${counted.at}`),
          `  ${path}\n`,
        ],
      };
    }
  }
  return most.lines.join('\n');
}

/** What the daily digest would say now. */
export async function digest(url: string): Promise<string> {
  const lines = digestLines((await read(`${url}/v1/digest`)) as Digest);
  // By detector: the table above has that.
  const end = lines.lastIndexOf('');
  return `The digest of the day\n${lines
    .slice(0, end)
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')}\n  ${url}/v1/digest\n`;
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
