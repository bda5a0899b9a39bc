/**
 * The mapping: what an engineer may have to correct later, as tables of dated entries. `from` is the source's word, `to` ours;
 * an entry without `source` is for every source. Strict: a field that is mistyped must not be one that is ignored.
 */
import { z } from 'zod';
import { parseDecimal } from '../exact';
import { isPrintable } from '../facts/printable';
import { instantOf, utc } from './dates';
import { customMapping } from '../sources/custom/mapping';
import { canonicalUnits, documentStatuses, statusDocuments, stockStatuses } from './words';

/** Entries in one table: what is kept in memory for every lookup, and sent in one request. */
export const MAX_ENTRIES = 50_000;
const MAX_PATTERNS = 100;
const MAX_CODE = 200;
const MAX_COMPONENTS = 200;

const text = (max: number) =>
  z
    .string({
      error: (issue) => (issue.input === undefined ? 'is required' : 'must be text: put it in quotes'),
    })
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((value) => isPrintable(value) && value !== '__proto__', 'must be printable text');
const word = text(MAX_CODE);

const date = text(40)
  .refine(
    (value) => instantOf(value, utc) !== null,
    'must be a date or an RFC 3339 time, such as 2026-03-01 or 2026-03-01T06:00:00Z',
  )
  .optional();

const oneOf = (words: ReadonlySet<string>, what: string) =>
  z.enum([...words], {
    error: ({ input }) =>
      input === undefined
        ? 'is required'
        : `${typeof input === 'string' ? input : 'this'} is no ${what}; they are: ${[...words].join(', ')}`,
  });

const factor = text(40)
  .refine(
    (value) => parseDecimal(value, 6) !== null,
    'must be a decimal of at most 15 digits, 6 of them after the point',
  )
  .refine(
    (value) => (parseDecimal(value, 6) ?? 1) > 0,
    'must be more than zero: it says how many of `to` one of `from` is',
  );

const perKit = text(40)
  .refine(
    (value) => parseDecimal(value, 6) !== null,
    'must be a decimal of at most 15 digits, 6 of them after the point',
  )
  .refine(
    (value) => (parseDecimal(value, 6) ?? 1) > 0,
    'must be more than zero: it says how many of it are in one kit',
  );

/** When an entry holds, by the source's clock: from `validFrom` on, and no longer at `validTo`. A date is its midnight there. */
const dated = { validFrom: date, validTo: date };

function entry<S extends z.ZodRawShape>(shape: S) {
  return ours({ source: word.optional(), ...shape });
}

/** An entry in our own words, for whatever source says them. */
function ours<S extends z.ZodRawShape>(shape: S) {
  const fields = { ...shape, ...dated };
  const known = Object.keys(fields).join(', ');
  return z.strictObject(fields, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown field ${issue.keys.join(', ')}; the fields are ${known}`
        : undefined,
  });
}

const table = <T extends z.ZodType>(of: T) =>
  z
    .array(of, { error: 'must be a list of entries' })
    .max(MAX_ENTRIES, `must have at most ${MAX_ENTRIES} entries`)
    .default([]);

const expressions = customMapping.shape;

export const tables = {
  /** A source's SKU. */
  'sku-aliases': table(entry({ from: word, to: word })),
  /** A source's unit; with `sku` (ours) for that SKU alone, which is how packs of different sizes are told. */
  units: table(
    entry({
      from: word,
      to: oneOf(canonicalUnits, 'unit'),
      factor: factor.default('1'),
      sku: word.optional(),
    }),
  ),
  /** A warehouse's status of stock. */
  'stock-status': table(entry({ from: word, to: oneOf(stockStatuses, 'stock status') })),
  /** Why a warehouse rejects or adjusts, why the books credit or journal. */
  'reason-codes': table(entry({ from: word, to: word })),
  'tax-codes': table(entry({ from: word, to: word })),
  /** What never ships, by our SKU or a pattern in which `*` is any text. */
  'non-stock': table(
    entry({ sku: word.optional(), pattern: word.optional() }).refine(
      ({ sku, pattern }) => (sku === undefined) !== (pattern === undefined),
      'must have either sku or pattern',
    ),
  ).refine(
    (entries) => entries.filter(({ pattern }) => pattern !== undefined).length <= MAX_PATTERNS,
    `must have at most ${MAX_PATTERNS} patterns: each is tried on every line`,
  ),
  /** A source's customer. `merge`: several of the source's customers are this one, and are meant to be. */
  'customer-links': table(entry({ from: word, to: word, merge: z.boolean().optional() })),
  /** What a kit, by our SKU, is made of, and who takes it apart: whatever a bill of materials says, or where there is none. */
  bundles: table(
    ours({
      sku: word,
      components: z
        .array(z.strictObject({ sku: word, quantity: perKit }))
        .min(1, 'must name at least one component')
        .max(MAX_COMPONENTS, `must have at most ${MAX_COMPONENTS} components`)
        .refine((parts) => new Set(parts.map(({ sku }) => sku)).size === parts.length, 'names a SKU twice'),
      explodeAt: z.enum(['order', 'warehouse'], { error: 'must be order or warehouse' }),
    }),
  ),
  /** A discount code that a source may write, and the campaign that it belongs to. What is not here is not recognised. */
  'discount-codes': table(entry({ from: word, to: word })),
  /**
   * How a custom source's messages are read, where that is other than in its settings: what is not named stays as it is there,
   * and a type is replaced as a whole.
   */
  expressions: table(
    z.strictObject({
      source: word,
      type: expressions.type.optional(),
      key: expressions.key.optional(),
      revision: expressions.revision.unwrap().optional(),
      time: expressions.time.optional(),
      types: expressions.types.optional(),
    }),
  ),
  /** A source's word for the status of a document. */
  'status-labels': table(
    entry({
      of: z.enum(statusDocuments, { error: `must be one of ${statusDocuments.join(', ')}` }),
      from: word,
      to: word,
    }).refine(({ of, to }) => (documentStatuses[of] as ReadonlySet<string>).has(to), {
      path: ['to'],
      error: ({ input }) => unknownStatus(input as { of: keyof typeof documentStatuses; to: string }),
    }),
  ),
} as const;

function unknownStatus({ of, to }: { of: keyof typeof documentStatuses; to: string }): string {
  return `${to} is no status of ${of}; they are: ${[...documentStatuses[of]].join(', ')}`;
}

export type TableName = keyof typeof tables;
export const tableNames = Object.keys(tables) as [TableName, ...TableName[]];

export const mappingSchema = z.strictObject(tables, {
  error: (issue) =>
    issue.code === 'unrecognized_keys'
      ? `no table is named ${issue.keys.join(', ')}; the tables are ${tableNames.join(', ')}`
      : 'must be an object of tables, each a list of entries',
});

export type MappingDocument = z.output<typeof mappingSchema>;
export type Table<N extends TableName = TableName> = MappingDocument[N];
export type Entry<N extends TableName = TableName> = Table<N>[number];

export const emptyMapping: MappingDocument = mappingSchema.parse({});
