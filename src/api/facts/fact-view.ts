import type { z } from 'zod';
import { formatInstant } from '../../domain/facts/instant';
import type { Fact } from '../../ledger/port';
import { factHead, traceId } from '../drifts/drift-schema';
import { type PayloadView, payload } from './payload';

export const fact = factHead.extend(payload.shape).meta({ id: 'Fact' });

export const tracedFact = fact.extend({ trace: traceId }).meta({ id: 'TracedFact' });

export type TracedFactView = z.output<typeof tracedFact>;
export type FactView = z.output<typeof fact>;

export function factView(each: Fact, read: (content: string | Buffer) => PayloadView): FactView {
  const { position, source, type, key, occurredAt, recordedAt, actor } = each;
  return {
    position,
    source,
    type,
    key,
    occurredAt: occurredAt === null ? null : formatInstant(occurredAt),
    recordedAt: formatInstant(recordedAt),
    actor,
    ...read(each.payload),
  };
}
