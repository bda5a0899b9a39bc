import { ask } from './ask';
import { columns } from './columns';

interface Alert {
  id: number;
  kind: string;
  createdAt: string;
  status: string;
  lastError: string | null;
  webhook: { status: string; lastError: string | null };
  kafka: { status: string; lastError: string | null };
  about: { detector?: string; subject?: { kind: string; id: string } } | null;
}

/** Filters as the command line has them: what was not given is not there. */
export type AlertsOptions = Partial<Record<'status' | 'webhook' | 'kafka' | 'kind' | 'limit', string>> & {
  json: boolean;
};

export function runAlerts({ json, ...filter }: AlertsOptions): Promise<boolean> {
  const query = new URLSearchParams(filter);
  return ask(`/v1/alerts?${query.toString()}`, json, (body) => {
    const { items, nextCursor } = body as { items: Alert[]; nextCursor: string | null };
    if (items.length === 0) return 'No alert.\n';
    const head = ['alert', 'kind', 'written', 'about', 'people', 'webhook', 'kafka', 'error'];
    const table = columns([head, ...items.map(row)]);
    return nextCursor === null
      ? table
      : `${table}There are more: --limit, or GET /v1/alerts with its cursor.\n`;
  });
}

function row({ id, kind, createdAt, about, status, lastError, webhook, kafka }: Alert): string[] {
  const subject = about?.subject ? `${about.detector ?? ''} ${about.subject.kind}:${about.subject.id}` : '';
  return [
    String(id),
    kind,
    createdAt.slice(0, 16),
    subject,
    status,
    webhook.status,
    kafka.status,
    lastError ?? webhook.lastError ?? kafka.lastError ?? '',
  ];
}
