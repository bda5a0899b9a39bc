/** How a system that nobody here has heard of is read: the `mapping` in the settings of a source of kind `custom`. */
import { z } from 'zod';

/** JSONata; several lines may be written as a list of them. */
const expression = z
  .union([z.string().min(1), z.array(z.string()).min(1)], {
    error: 'must be a JSONata expression as text, or a list of its lines',
  })
  .transform((lines) => (typeof lines === 'string' ? lines : lines.join('\n')))
  .pipe(z.string())
  .meta({ description: 'A JSONata expression, or its lines.' });

const fieldName = z.string().min(1).max(200);

const messageType = z.strictObject({
  /** The stream that the type belongs to; its own name where none is given. */
  stream: z.string().min(1).max(200).optional(),
  key: expression.optional(),
  revision: expression.optional(),
  time: expression.optional(),
  /** One canonical fact or several, `{type, ...body}`. */
  facts: expression,
});

export const customMapping = z.strictObject({
  /** The kind of system whose part it plays: detectors wait for feeds of a kind (`prima`/`Invoice`). */
  plays: z.enum(['prima', 'scend', 'middleware']).nullable().default(null),
  type: expression,
  /** The business key inside its type. */
  key: expression,
  /** A whole number that grows with every version of a document; versions that have none are told apart by their time. */
  revision: expression.nullable().default(null),
  /** The business clock: RFC 3339 text, read in the source's zone where it names none. */
  time: expression,
  transportFields: z.array(fieldName).max(100).default([]),
  orderField: fieldName.nullable().default(null),
  types: z
    .record(z.string().min(1).max(200), messageType)
    .refine((types) => Object.keys(types).length <= 200, 'has more than 200 types'),
});

export type CustomMapping = z.output<typeof customMapping>;
export type CustomType = z.output<typeof messageType>;
