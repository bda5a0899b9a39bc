/**
 * The leaves of the native schemas. At run time they prove the JSON type only; bounds and formats are checked by the
 * readers (`read.ts`), and are stated here so that the published JSON Schema says them too. `native.unit.spec.ts` holds the
 * two against each other.
 */
import { z } from 'zod';

const DECIMAL = '^[+-]?\\d{1,15}(\\.\\d{0,15})?$';
const TIME = '^\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})?$';

/** A reference, number or code. */
export const code = z.string().meta({ minLength: 1, maxLength: 200 });
export const optionalCode = z.string().meta({ maxLength: 200 }).nullish();
export const text = z.string().meta({ maxLength: 2000 });
export const optionalText = z.string().meta({ maxLength: 2000 }).nullish();
/** Of any length: it is cut. */
export const prose = z.string().nullish();
/** RFC 3339; without a zone it is read in the source's. */
export const time = z.string().meta({ pattern: TIME });
/** Empty text is absent, too. */
export const optionalTime = z
  .string()
  .meta({ pattern: `${TIME}|^$` })
  .nullish();
/** A clock that counts only where the document's own is absent; else nobody reads it. */
export const fallbackTime = z.string().nullish();
/** Decimal text in major units; a JSON number is accepted where its decimal text is exact. */
export const decimal = z.unknown().meta({ type: ['string', 'number'], pattern: DECIMAL });
export const optionalDecimal = z
  .unknown()
  .optional()
  .meta({ type: ['string', 'number', 'null'], pattern: DECIMAL });
export const positiveDecimal = z
  .unknown()
  .meta({ type: ['string', 'number'], pattern: DECIMAL.replace('[+-]?', '(\\+|-(?=[0.]+$))?'), minimum: 0 });
export const flag = z.boolean();
export const optionalFlag = z.boolean().nullish();

const integer = (limits: { minimum: number; maximum: number }) =>
  z.number().meta({ type: 'integer', ...limits });
export const count = integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const optionalCount = count.nullish();
/** Whole base units. */
export const units = integer({ minimum: -999_999_999, maximum: 999_999_999 });
export const positiveUnits = integer({ minimum: 0, maximum: 999_999_999 });

export const currency = z.string().meta({ pattern: '^[A-Z]{3}$' });
/** Without an amount it says nothing, whatever its currency. */
export const money = z.object({ amount: optionalDecimal, currency: z.string().nullish() }).nullish();
export type LooseMoney = z.output<typeof money>;
export const totals = z.object({ net: decimal, tax: decimal, gross: decimal }).nullish();
