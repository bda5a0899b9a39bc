/** The fields of a native message, one row each, from the JSON Schema that is published of it. */
import type { JsonSchema } from '../../domain/facts/json-schema';
import { code, table } from './markdown';

export function fieldTable(schema: JsonSchema): string {
  return table(['field', '', 'form'], rows(schema, ''));
}

function rows(schema: JsonSchema, prefix: string): string[][] {
  const required = new Set((schema['required'] as string[] | undefined) ?? []);
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  return Object.entries(properties).flatMap(([name, described]) => {
    const field = withoutNull(described);
    const path = `${prefix}${name}`;
    const inner = field['type'] === 'array' ? (field['items'] as JsonSchema) : field;
    const deeper = inner['properties'] ? rows(inner, `${path}${field['type'] === 'array' ? '[]' : ''}.`) : [];
    return [[code(path), required.has(name) ? 'required' : '', form(field)], ...deeper];
  });
}

function withoutNull(schema: JsonSchema): JsonSchema {
  const options = (schema['anyOf'] as JsonSchema[] | undefined)?.filter(({ type }) => type !== 'null');
  return options?.length === 1 ? { ...options[0], ...omitted(schema, 'anyOf') } : schema;
}

function omitted(schema: JsonSchema, name: string): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== name));
}

function form(schema: JsonSchema): string {
  const { type, pattern, minimum, maximum, maxLength, minLength } = schema;
  if (schema['const'] !== undefined) return code(JSON.stringify(schema['const']));
  if (schema['enum'] !== undefined)
    return (schema['enum'] as unknown[]).map((one) => code(String(one))).join(', ');
  if (type === 'array') return 'list';
  if (type === 'object') return schema['additionalProperties'] ? 'by name' : 'object';
  if (typeof pattern === 'string') return wordFor(pattern, type);
  if (type === 'integer') return `integer${range(minimum, maximum)}`;
  if (type === 'string')
    return typeof maxLength === 'number'
      ? `text, ${Number(minLength ?? 0)} to ${maxLength} characters`
      : 'text';
  return typeof type === 'string' ? type : 'any';
}

function wordFor(pattern: string, type: unknown): string {
  if (Array.isArray(type)) return pattern.includes('-(?=') ? 'decimal, not negative' : 'decimal';
  return pattern.startsWith('^\\d{4}') ? 'RFC 3339 time' : `text like ${code(pattern)}`;
}

function range(minimum: unknown, maximum: unknown): string {
  if (maximum === Number.MAX_SAFE_INTEGER) return `, ${String(minimum)} or more`;
  return `, ${String(minimum)} to ${String(maximum)}`;
}
