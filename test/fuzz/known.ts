/** What the service has at this moment, so that calls name what is there. Canaries are left alone. */
import type { Door } from '../site/door';
import type { Known } from './endpoints';

interface List {
  items: Record<string, unknown>[];
  nextCursor: string | null;
}

export async function knownOf(door: Door): Promise<Known> {
  const list = (path: string) => door.json<List>({ method: 'GET', path: `${path}?limit=100` });
  const [drifts, clusters, alerts, facts, matches] = await Promise.all(
    ['drifts', 'clusters', 'alerts', 'ledger/facts', 'matches'].map((name) => list(`/v1/${name}`)),
  );
  const texts = (items: Record<string, unknown>[] | undefined, name: string) =>
    (items ?? []).flatMap((item) =>
      typeof item[name] === 'string' || typeof item[name] === 'number' ? [String(item[name])] : [],
    );
  const subjects = (drifts?.items ?? []).map(({ subject }) => subject as { kind: string; id: string });
  const ofKind = (...kinds: string[]) =>
    subjects.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  const known: Record<string, string[]> = {
    drifts: texts(drifts?.items, 'id'),
    clusters: texts(clusters?.items, 'id'),
    alerts: texts(alerts?.items, 'id'),
    position: texts(facts?.items, 'position'),
    key: texts(facts?.items, 'key'),
    type: texts(facts?.items, 'type'),
    detector: texts(drifts?.items, 'detector'),
    cluster: texts(clusters?.items, 'id'),
    order: texts(matches?.items, 'order'),
    ref: ofKind('order', 'customer'),
    sku: ofKind('stock', 'product').map((id) => id.split('@')[0] ?? id),
    subject: subjects.map(({ kind, id }) => `${kind}:${id}`),
    source: ['prima', 'scend', 'middleware', 'erp'],
    replays: ['1', '2', '3', '4'],
    cursor: [drifts, clusters, facts].flatMap((each) => each?.nextCursor ?? []),
    name: ['sku-aliases', 'units', 'status-labels', 'reason-codes'],
  };
  return Object.fromEntries(
    Object.entries(known).map(([name, values]) => [
      name,
      values.filter((value) => !value.includes('CANARY')),
    ]),
  );
}
