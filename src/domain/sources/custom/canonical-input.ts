/**
 * From what an expression gives to what the canonical vocabulary takes. Derived from the vocabulary's own schemas, so a field
 * that is added there is known here: amounts become minor units of the currency that stands beside them, times are read
 * in the source's zone, and what JSONata leaves out (a field that found nothing, the brackets of a list of one) is put back.
 */
import { z } from 'zod';
import { decimalText } from '../../expressions/decimals';
import { amount, instant, positiveQuantity, quantity } from '../../facts/scalars';
import { formatInstant } from '../../facts/instant';
import { readTime } from '../clock';
import { readAmount, readCurrency } from '../read';
import { each, inside, Unreadable } from '../unreadable';
import type { ZoneOffset } from '../zone';

interface Surroundings {
  zone: ZoneOffset;
  /** Of the document, or of the amount's own object; null where none is named. */
  currency: string | null;
}

export type Convert = (value: unknown, around: Surroundings) => unknown;

const scalars = new Map<z.ZodType, Convert>([
  [amount, convertAmount],
  [quantity, convertQuantity],
  [positiveQuantity, convertQuantity],
  [instant, convertTime],
]);

export function converterOf(schema: z.ZodType): Convert {
  const scalar = scalars.get(schema);
  if (scalar) return scalar;
  if (schema instanceof z.ZodNullable) return nullable(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return array(schema.element as z.ZodType);
  if (schema instanceof z.ZodObject) return object(schema.shape);
  return (value) => value;
}

/** Systems export "nothing" as null, as empty text, and not at all. */
function nullable(inner: z.ZodType): Convert {
  const convert = converterOf(inner);
  const isText = !(inner instanceof z.ZodObject) && !(inner instanceof z.ZodArray);
  return (value, around) =>
    value === undefined || value === null || (isText && value === '') ? null : convert(value, around);
}

/** A list of objects that found nothing may be a path with a typing error; a list of plain values is then empty. */
function array(element: z.ZodType): Convert {
  const convert = converterOf(element);
  const required = element instanceof z.ZodObject;
  return (value, around) => {
    if (value === undefined || value === null) return required ? undefined : [];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return each('', list, (one) => convert(one, around));
  };
}

function object(shape: Record<string, z.ZodType>): Convert {
  const fields = Object.entries(shape).map(([name, schema]): [string, Convert] => [
    name,
    converterOf(schema),
  ]);
  return (value, around) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const given = value as Record<string, unknown>;
    const stranger = Object.keys(given).find((name) => !Object.hasOwn(shape, name));
    if (stranger !== undefined) throw new Unreadable(stranger, 'is no field of this fact');
    const currency = 'currency' in shape ? currencyOf(given.currency) : around.currency;
    const inner = { ...around, currency };
    return Object.fromEntries(
      fields.map(([name, convert]) => [name, inside(name, () => convert(given[name], inner))]),
    );
  };
}

/** The schema says what is wrong with a currency that is no text. */
function currencyOf(value: unknown): string | null {
  return typeof value === 'string' ? readCurrency(value, 'currency') : null;
}

function convertAmount(value: unknown, { currency }: Surroundings): unknown {
  if (value === undefined || value === null) return undefined;
  if (currency === null) throw new Unreadable('', 'is an amount, and no currency is named beside it');
  return readAmount(value, currency, '');
}

function convertQuantity(value: unknown): unknown {
  return typeof value === 'number' ? decimalText(value) : value;
}

function convertTime(value: unknown, { zone }: Surroundings): unknown {
  return typeof value === 'string' ? formatInstant(readTime(value, '', zone)) : value;
}
