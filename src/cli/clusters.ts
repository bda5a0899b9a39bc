import { currencyDigits, formatDecimal } from '../domain/exact';
import { ask } from './ask';
import { columns } from './columns';

interface Cluster {
  id: string;
  detector: string;
  cause: { code: string; about: string | null };
  severity: string;
  open: number;
  amountAtRisk: { minor: number; currency: string }[];
  firstSeen: string;
  owners: string[];
  change: { text: string } | null;
}

/** Filters as the command line has them: what was not given is not there. */
export type ClustersOptions = Partial<Record<'detector' | 'owner' | 'limit', string>> & { json: boolean };

export function runClusters({ json, ...filter }: ClustersOptions): Promise<boolean> {
  const query = new URLSearchParams(filter);
  return ask(`/v1/clusters?${query.toString()}`, json, (body) => {
    const { items, nextCursor } = body as { items: Cluster[]; nextCursor: string | null };
    if (items.length === 0) return 'No drift is open.\n';
    const head = [
      'open',
      'detector',
      'cause',
      'severity',
      'since',
      'at risk',
      'owner',
      'what would close most',
    ];
    const table = columns([head, ...items.map(row)]);
    return nextCursor === null
      ? table
      : `${table}There are more: --limit, or GET /v1/clusters with its cursor.\n`;
  });
}

function row({
  detector,
  cause,
  severity,
  open,
  amountAtRisk,
  firstSeen,
  owners,
  change,
}: Cluster): string[] {
  const money = amountAtRisk.map(
    ({ minor, currency }) => `${formatDecimal(minor, currencyDigits(currency))} ${currency}`,
  );
  return [
    String(open),
    detector,
    cause.about === null ? cause.code : `${cause.code}: ${cause.about}`,
    severity,
    firstSeen.slice(0, 16),
    money.join(', '),
    owners.join(', '),
    change?.text ?? '',
  ];
}
