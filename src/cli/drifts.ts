import { currencyDigits, formatDecimal } from '../domain/exact';
import { ask } from './ask';
import { columns } from './columns';

interface Drift {
  id: string;
  detector: string;
  subject: { kind: string; id: string };
  severity: string;
  owner: string | null;
  status: string;
  openedAt: string;
  amountAtRisk: { minor: number; currency: string } | null;
  unitsAtRisk: string | null;
  cause: { code: string; detail: string };
}

/** Filters as the command line has them: what was not given is not there. */
export type DriftsOptions = Partial<Record<'status' | 'detector' | 'subject' | 'owner' | 'limit', string>> & {
  json: boolean;
};

export function runDrifts({ json, ...filter }: DriftsOptions): Promise<boolean> {
  const query = new URLSearchParams(filter);
  return ask(`/v1/drifts?${query.toString()}`, json, (body) => {
    const { items, nextCursor } = body as { items: Drift[]; nextCursor: string | null };
    if (items.length === 0) return 'No drift.\n';
    const head = ['detector', 'subject', 'severity', 'status', 'opened', 'at risk', 'owner', 'cause'];
    const table = columns([head, ...items.map(row)]);
    return nextCursor === null
      ? table
      : `${table}There are more: --limit, or GET /v1/drifts with its cursor.\n`;
  });
}

function row({
  detector,
  subject,
  severity,
  owner,
  status,
  openedAt,
  amountAtRisk,
  unitsAtRisk,
  cause,
}: Drift): string[] {
  const money =
    amountAtRisk &&
    `${formatDecimal(amountAtRisk.minor, currencyDigits(amountAtRisk.currency))} ${amountAtRisk.currency}`;
  const risk = money ?? (unitsAtRisk === null ? '' : `${unitsAtRisk} units`);
  return [
    detector,
    `${subject.kind}:${subject.id}`,
    severity,
    status,
    openedAt.slice(0, 16),
    risk,
    owner ?? '',
    `${cause.code}: ${cause.detail}`,
  ];
}
