/** Query parameters: each described once, in zod, which validates them, types them and documents them. */
import { z } from 'zod';

/** Decimal text of an integer in [min, max] → number. Nothing else is a number here: no sign, exponent or blank. */
export function integerText(min: number, max: number, description: string) {
  return z
    .string()
    .regex(/^\d{1,15}$/, 'must be an integer')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)
    .meta({ type: 'integer', minimum: min, maximum: max, description });
}

export const MAX_POSITION = 999_999_999_999_999;

const minPosition = integerText(
  0,
  MAX_POSITION,
  'Wait, at most 5 seconds, until this position of the ledger is visible in the read model.',
).optional();

/** A read's parameters. An unknown one is refused, and told which are known: a mistyped filter must not answer everything. */
export function querySchema<S extends z.ZodRawShape>(shape: S) {
  const known = ['minPosition', ...Object.keys(shape)];
  return z.strictObject({ minPosition, ...shape }, { error: (issue) => unknownParameter(issue, known) });
}

function unknownParameter(
  issue: { code?: string; keys?: unknown },
  known: readonly string[],
): string | undefined {
  if (issue.code !== 'unrecognized_keys' || !Array.isArray(issue.keys)) return undefined;
  return `unknown parameter ${issue.keys.map(String).join(', ')}; the known ones are ${known.join(', ')}`;
}

/** For reads that take no parameter of their own. */
export const noParameters = querySchema({});

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 500;

/** Every list has these. */
export const paging = {
  limit: integerText(1, MAX_LIMIT, `Most items in one page; default ${DEFAULT_LIMIT}.`)
    .optional()
    .transform((limit) => limit ?? DEFAULT_LIMIT),
  cursor: z.string().max(2000).optional().describe('`nextCursor` of the page before.'),
};

/** A value compared with text of the database, which cannot hold NUL. */
export const filterText = z
  .string()
  .min(1)
  .max(1000)
  .refine((text) => !text.includes('\u0000') && text.isWellFormed(), 'must be text without NUL');
