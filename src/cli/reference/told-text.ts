/** Facts of the detectors' examples as a reader takes them in: in the published canonical vocabulary. */
import { z } from 'zod';
import type { Told } from '../../domain/drift/detector';
import { MICRO, formatQuantity } from '../../domain/exact';
import { canonicalBodies } from '../../domain/facts/canonical';
import { code, table } from './markdown';
import { own } from '../../domain/own';

export function toldTable(facts: readonly Told[], first = 1): string {
  return table(
    ['fact', 'at', 'source', 'what', 'says'],
    facts.map((told, index) => [String(first + index), ...cells(told)]),
  );
}

function cells(told: Told): string[] {
  if (!('fact' in told)) return [time(told.at), told.source, 'unreadable', code(told.unreadable)];
  const { type, doc, revision, occurredAt, body } = told.fact;
  const name = `${type} ${code(doc)}${revision > 0 ? `, revision ${revision}` : ''}`;
  return [time(occurredAt), told.source, name, code(saying(type, body))];
}

/** As the detectors' clocks say it, to the minute; seconds where there are any. */
export function time(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/(:00)?\.000Z$/, '');
}

function saying(type: keyof typeof canonicalBodies, body: object): string {
  const said = plain(canonicalBodies[type], body) ?? {};
  return JSON.stringify(said)
    .replaceAll('","', '", "')
    .replaceAll(',"', ', "')
    .replaceAll(/"([A-Za-z]\w*)":/g, '$1: ')
    .replaceAll(/\},\{/g, '}, {');
}

/** Integers back to decimals and times; what is null, empty or absent is left out. */
function plain(schema: z.core.$ZodType, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional)
    return plain(schema.unwrap(), value);
  if (schema instanceof z.ZodArray) {
    const items = (value as unknown[]).map((item) => plain(schema.element, item));
    return items.length > 0 ? items : undefined;
  }
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(value).map(([name, inner]): [string, unknown] => {
      const shape = schema.shape as Record<string, z.core.$ZodType | undefined>;
      return [name, plain(own(shape, name) ?? z.unknown(), inner)];
    });
    return Object.fromEntries(fields.filter(([, inner]) => inner !== undefined));
  }
  return typeof value === 'number' ? number(schema, value) : value;
}

/** Only what a leaf makes of text tells a quantity, a time and a plain number apart. */
function number(schema: z.core.$ZodType, value: number): unknown {
  if (z.safeParse(schema, '1').data === MICRO) return formatQuantity(value);
  if (z.safeParse(schema, '1970-01-01T00:00:01Z').data === 1000) return time(value);
  return value;
}
