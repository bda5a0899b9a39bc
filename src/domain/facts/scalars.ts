/** The scalar types of the canonical vocabulary: text on the way in, exact integers inside. */
import { z } from 'zod';
import { parseDecimal } from '../exact';
import { isCurrency } from './currencies';
import { parseInstant } from './instant';
import { isPrintable } from './printable';

/** A reference, number or code of some system: it becomes a key, so it is bounded, well-formed and printable. */
export const code = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => isPrintable(text) && text !== '__proto__', 'must be printable text');

export const shortText = z
  .string()
  .max(2000)
  .refine((text) => !text.includes('\u0000') && text.isWellFormed(), 'must be text without NUL');

export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
  .refine(isCurrency, 'must be an ISO 4217 code');

const decimal = (digits: number, what: string) =>
  z
    .string()
    .meta({ pattern: `^[+-]?\\d{1,15}(\\.\\d{0,15})?$`, description: what })
    .transform((text, context) => {
      const value = parseDecimal(text, digits);
      if (value !== null) return value;
      context.addIssue({ code: 'custom', message: `must be ${what}` });
      return z.NEVER;
    });

/** Decimal string → integer micro-units. */
export const quantity = decimal(6, 'a decimal of at most 15 digits and 6 places');
export const positiveQuantity = quantity.refine((micros) => micros >= 0, 'must not be negative');

/** An amount already in integer minor units of the document's currency. */
export const amount = z
  .number()
  .int()
  .min(-999_999_999_999_999)
  .max(999_999_999_999_999)
  .meta({ description: "integer minor units of the document's currency" });

/** RFC 3339 text → epoch milliseconds. */
export const instant = z
  .string()
  .meta({ format: 'date-time' })
  .transform((text, context) => {
    const value = parseInstant(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time' });
    return z.NEVER;
  });
