/** Folds canonical facts through the real engine in memory, one block each, as the live runner would see them arrive. */
import type { Told } from '../../domain/drift/detector';
import { defaultPolicy } from '../../domain/policy';
import { sourceKinds } from '../../domain/sources/registry';
import { Engine } from '../../projections/engine/engine';
import type { DriftRecord, Readable } from '../../projections/engine/records';

export const nothingStored = {
  load: () => Promise.resolve([]),
  dependents: () => Promise.resolve([]),
  withDrifts: () => Promise.resolve([]),
};

export function memoryEngine(policy = defaultPolicy): Engine {
  return new Engine({ policy, startsAt: () => null }, nothingStored);
}

const STREAMS: Record<string, string> = {
  'sales-order': 'SalesOrder',
  fulfilment: 'ItemFulfilment',
  invoice: 'Invoice',
  item: 'Item',
  customer: 'Customer',
  'stock-balance': 'StockBalance',
  'stock-journal': 'StockJournal',
  'item-synchronised': 'item',
  'stock-level': 'stock',
  transmission: 'sync',
  heartbeat: 'feed',
  'tax-code': 'TaxCode',
  'refund-request': 'RefundRequest',
  'bill-of-materials': 'BillOfMaterials',
  'return-received': 'return',
};

function readable(told: Told, position: number, recordedAt: number): Readable {
  const at = 'fact' in told ? told.fact.occurredAt : told.at;
  const base = {
    position,
    bytes: 0,
    source: told.source,
    recordedAt,
    occurredAt: at,
    type: null,
    key: null,
    own: null,
  };
  const kind = sourceKinds.get(told.source)?.kind ?? 'unknown';
  const hash = String(position).padStart(8, '0');
  if (!('fact' in told)) {
    const translation = {
      ok: false as const,
      code: told.unreadable,
      reason: 'as the example says',
      path: null,
    };
    return { ...base, kind, hash, stream: 'any', translation };
  }
  return {
    ...base,
    kind,
    hash,
    stream: STREAMS[told.fact.type] ?? 'order',
    translation: { ok: true, facts: [told.fact] },
  };
}

export async function foldTold(engine: Engine, facts: readonly Told[], until: number): Promise<void> {
  for (const told of facts) {
    const at = 'fact' in told ? told.fact.occurredAt : told.at;
    await engine.fold([readable(told, engine.position + 1, Math.max(at, engine.instant))]);
  }
  await tick(engine, Math.max(until, engine.instant));
}

export function tick(engine: Engine, at: number): Promise<void> {
  const position = engine.position + 1;
  return engine.fold([
    {
      position,
      bytes: 0,
      source: 'tallystick',
      kind: 'tallystick',
      stream: 'tick',
      type: 'tick',
      key: null,
      occurredAt: at,
      recordedAt: at,
      hash: '',
      translation: { ok: true, facts: [] },
      own: { type: 'tick', id: String(position), at },
    },
  ]);
}

export function drifts(engine: Engine): DriftRecord[] {
  return [...engine.cases.values()].flatMap((record) => (record ? [...record.drifts.values()] : []));
}
