import { familySchema, type JsonSchema } from '../facts/json-schema';
import type { NativeSourceKind } from './native-kind';

/** The messages of one kind, as that system sends them and as they are accepted. Unknown fields are kept and ignored. */
export function nativeJsonSchema({ kind, messages }: NativeSourceKind): JsonSchema {
  return familySchema(
    kind,
    `Message of kind ${kind}`,
    'A native message. A JSON number beyond 15 significant digits, or with an exponent, is not accepted where it is used.',
    messages.map(({ type, schema }) => [type, schema] as const),
  );
}
