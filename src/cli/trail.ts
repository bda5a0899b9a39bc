import { ask } from './ask';
import { columns } from './columns';

interface Entry {
  position: number;
  occurredAt: string | null;
  source: string;
  type: string | null;
  key: string | null;
}

export interface TrailOptions {
  asOf?: string;
  knownAt?: string;
  json: boolean;
}

/** What was said of an order, in the order of the sources' clocks. */
export function runTrail(ref: string, { json, asOf, knownAt }: TrailOptions): Promise<boolean> {
  const query = new URLSearchParams();
  if (asOf !== undefined) query.set('asOf', asOf);
  if (knownAt !== undefined) query.set('knownAt', knownAt);
  return ask(`/v1/orders/${encodeURIComponent(ref)}/trail?${query.toString()}`, json, (body) => {
    const { items } = body as { items: Entry[] };
    const head = ['occurred', 'position', 'source', 'type', 'key'];
    return columns([
      head,
      ...items.map((entry) => [
        entry.occurredAt ?? '',
        String(entry.position),
        entry.source,
        entry.type ?? '',
        entry.key ?? '',
      ]),
    ]);
  });
}
