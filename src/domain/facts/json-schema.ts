import { z } from 'zod';
import { canonicalSchema } from './canonical';

export type JsonSchema = Record<string, unknown>;

export const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** One schema for a family of messages, each under `$defs` by its type. */
export function familySchema(
  id: string,
  title: string,
  description: string,
  members: readonly (readonly [type: string, schema: z.ZodType])[],
): JsonSchema {
  const definitions = members.map(([type, schema]): [string, JsonSchema] => {
    // A custom check has no counterpart in JSON Schema; what stands beside it as metadata does.
    const options = { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' } as const;
    const { $schema: _dialect, ...definition } = z.toJSONSchema(schema, options);
    return [type, definition];
  });
  return {
    $schema: DIALECT,
    $id: `urn:tallystick:schema:${id}`,
    title,
    description,
    oneOf: definitions.map(([type]) => ({ $ref: `#/$defs/${type}` })),
    $defs: Object.fromEntries(definitions),
  };
}

/** The canonical vocabulary as a mapping writes it. */
export function canonicalJsonSchema(): JsonSchema {
  return familySchema(
    'canonical',
    'Canonical fact',
    'What a message means. Times are RFC 3339, quantities decimal strings, amounts integer minor units.',
    canonicalSchema.options.map((option) => [[...option.shape.type.values].join(), option] as const),
  );
}

/** A document that people write, as they write it: for editors that check while one types. */
export function documentSchema(id: string, title: string, schema: z.ZodType): JsonSchema {
  const options = { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' } as const;
  const { $schema: _dialect, ...definition } = z.toJSONSchema(schema, options);
  return { $schema: DIALECT, $id: `urn:tallystick:schema:${id}`, title, ...definition };
}
