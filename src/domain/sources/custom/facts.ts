import { type Canonical, canonicalBodies, type CanonicalType } from '../../facts/canonical';
import { readClock } from '../clock';
import { explain } from '../explain';
import { fact, type Head } from '../message-type';
import { readCode, readCount } from '../read';
import { each, refuseRepeats, Unreadable } from '../unreadable';
import type { ZoneOffset } from '../zone';
import { type Convert, converterOf } from './canonical-input';

const converters = new Map<string, Convert>(
  Object.entries(canonicalBodies).map(([type, schema]) => [type, converterOf(schema)]),
);

/**
 * The canonical facts that an expression gave: nothing, one, or a list. Each may say its own `doc`, `revision` and
 * `occurredAt`, where one message tells of several documents. Throws `Unreadable` with the place in the result.
 */
export function readFacts(result: unknown, head: Head, zone: ZoneOffset): Canonical[] {
  if (result === undefined) return [];
  if (!Array.isArray(result)) return [readFact(result, head, zone)];
  return each('', result as unknown[], (one) => readFact(one, head, zone));
}

function readFact(value: unknown, head: Head, zone: ZoneOffset): Canonical {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Unreadable('', 'must be an object: {"type": …, and the fields of that canonical fact}');
  const { type, doc, revision, occurredAt, ...given } = value as Record<string, unknown>;
  const convert = typeof type === 'string' ? converters.get(type) : undefined;
  if (convert === undefined) throw new Unreadable('type', 'must name a canonical fact, such as sales-order');
  const known = type as CanonicalType;
  const body = convert(given, { zone, currency: null });
  const parsed = canonicalBodies[known].safeParse(body);
  if (!parsed.success) throw explain(parsed.error, body);
  refuseAmbiguity(known, parsed.data as never);
  const own: Head = {
    doc: doc === undefined ? head.doc : readOwn(doc, 'doc', 'string', readCode),
    revision: revision === undefined ? head.revision : readOwn(revision, 'revision', 'number', readCount),
    occurredAt:
      occurredAt === undefined
        ? head.occurredAt
        : readOwn(occurredAt, 'occurredAt', 'string', (text: string, field) => readClock(text, field, zone)),
  };
  return fact(known, own, parsed.data as never);
}

function readOwn<V, R>(value: unknown, field: string, type: string, read: (value: V, field: string) => R): R {
  if (typeof value !== type)
    throw new Unreadable(field, `must be ${type === 'string' ? 'text' : 'a number'}`);
  return read(value as V, field);
}

interface Lists {
  lines?: { lineNo?: number; sku: string }[];
  components?: { sku: string }[];
  uoms?: { uom: string; factor: number }[];
  statuses?: { status: string }[];
}

/** What no schema says of a list: which of two equal lines counts would be a guess, and nothing divides by zero. */
function refuseAmbiguity(type: CanonicalType, { lines, components, uoms, statuses }: Lists): void {
  if (lines?.[0]?.lineNo !== undefined) refuseRepeats('lines', lines, (line) => line.lineNo ?? '');
  if (type === 'bill-of-materials' || type === 'bundle')
    refuseRepeats('components', components ?? [], ({ sku }) => sku);
  if (type === 'stock-level') refuseRepeats('statuses', statuses ?? [], ({ status }) => status);
  // Units compare case-insensitively everywhere.
  refuseRepeats('uoms', uoms ?? [], ({ uom }) => uom.toLowerCase());
  uoms?.forEach(({ factor }, index) => {
    if (factor === 0) throw new Unreadable(`uoms[${index}].factor`, 'must not be zero');
  });
}
