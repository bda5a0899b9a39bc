/** What a JSON Schema says may stand where: the places of its leaves, and a value that it allows. */
import type { Json, Path } from './json-text';

export interface Schema {
  type?: string | string[];
  const?: Json;
  enum?: Json[];
  default?: Json;
  format?: string;
  pattern?: string;
  minLength?: number;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
}

const DEEPEST = 6;

/** Every place that the schema names, whole objects and arrays included; of an array its first item. */
export function placesOf(schema: Schema, root: Schema = schema, path: Path = []): Path[] {
  if (path.length > DEEPEST) return [];
  const places: Path[] = path.length === 0 ? [] : [path];
  for (const each of choices(schema, root)) {
    for (const [name, member] of Object.entries(each.properties ?? {}))
      places.push(...placesOf(member, root, [...path, name]));
    if (each.items) places.push(...placesOf(each.items, root, [...path, 0]));
  }
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}

/** The least that the schema allows. */
export function sampleOf(schema: Schema, root: Schema = schema): Json {
  const [first = {}] = choices(schema, root);
  if (first.default !== undefined && first.default !== null) return first.default;
  if (first.const !== undefined) return first.const;
  if (first.enum) return first.enum[0] ?? null;
  const type = Array.isArray(first.type) ? first.type[0] : first.type;
  if (type === 'array') return first.items ? [sampleOf(first.items, root)] : [];
  if (type === 'integer' || type === 'number') return Math.max(first.minimum ?? 1, 1);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'string') return first.format === 'date-time' ? '2026-11-20T09:40:00Z' : 'sample';
  const wanted = Object.entries(first.properties ?? {}).filter(([name]) => first.required?.includes(name));
  return Object.fromEntries(wanted.map(([name, member]) => [name, sampleOf(member, root)]));
}

function choices(schema: Schema, root: Schema): Schema[] {
  if (schema.$ref !== undefined) {
    const named = root.$defs?.[schema.$ref.split('/').at(-1) ?? ''];
    return named ? choices(named, root) : [];
  }
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return parts.length > 0 ? parts.flatMap((part) => choices(part, root)) : [schema];
}
