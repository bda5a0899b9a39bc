/** What a case holds, as the outside reads it: quantities as decimal text, times as RFC 3339, amounts in minor units. */
import { z } from 'zod';
import { type Held, sourceOf } from '../../domain/cases/held';
import { formatQuantity } from '../../domain/exact';
import { formatInstant } from '../../domain/facts/instant';
import { instantText, position } from '../drifts/drift-schema';

/** Fields of the canonical vocabulary that are micro-units, by name. */
const QUANTITIES = new Set([
  'quantity',
  'short',
  'delta',
  'physical',
  'allocated',
  'quarantined',
  'inTransit',
  'unlocated',
  'factor',
  'rate',
]);
const TIMES = new Set(['modifiedAt', 'validFrom']);

export function show(value: unknown, name = ''): unknown {
  if (typeof value === 'number') {
    if (QUANTITIES.has(name)) return formatQuantity(value);
    return TIMES.has(name) ? formatInstant(value) : value;
  }
  if (Array.isArray(value)) return value.map((each) => show(each, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, show(each, key)]));
}

export const heldDocument = z
  .object({
    source: z.string(),
    key: z.string(),
    fact: position,
    revision: z.number().int(),
    occurredAt: instantText,
    document: z.record(z.string(), z.unknown()),
  })
  .meta({
    id: 'Document',
    description:
      'The winning version of a document. Quantities are decimal text, amounts integer minor units of its currency.',
  });

export type HeldView = z.output<typeof heldDocument>;

export function showHeld(held: Held<object>): HeldView {
  const source = sourceOf(held);
  return {
    source,
    key: held.key.slice(source.length + 1),
    fact: held.fact,
    revision: held.rev,
    occurredAt: formatInstant(held.at),
    document: show(held.value) as Record<string, unknown>,
  };
}

export function showAll(slot: readonly Held<object>[]): HeldView[] {
  return slot.map(showHeld);
}
