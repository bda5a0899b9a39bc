/**
 * Whether a message fits a native schema, without zod's copy of it. Most messages do, and a rebuild asks it of every fact;
 * of one that does not fit, zod says what is wrong.
 */
import type { z } from 'zod';

type Fits = (value: unknown) => boolean;

/** Null where the schema has a part that is not of the native schemas' kinds: then zod must be asked. */
export function fitsOf(schema: z.core.$ZodType): Fits | null {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'string':
    case 'boolean':
      return def.checks?.length ? null : (value) => typeof value === def.type;
    case 'number':
      return def.checks?.length ? null : Number.isFinite;
    case 'unknown':
      return (value) => value !== undefined;
    case 'literal':
      return (value) => def.values.includes(value as never);
    case 'enum': {
      const values = Object.values(def.entries);
      return (value) => values.includes(value as never);
    }
    case 'optional':
    case 'nullable': {
      const absent = def.type === 'optional' ? undefined : null;
      const inner = fitsOf(def.innerType);
      return inner && ((value) => value === absent || inner(value));
    }
    case 'array': {
      const element = def.checks?.length ? null : fitsOf(def.element);
      return element && ((value) => Array.isArray(value) && value.every(element));
    }
    case 'object':
      return def.checks?.length || def.catchall ? null : fitsObject(def.shape);
    default:
      return null;
  }
}

function fitsObject(shape: z.core.$ZodShape): Fits | null {
  const names = Object.keys(shape);
  const parts: Fits[] = [];
  for (const schema of Object.values(shape)) {
    const part = fitsOf(schema);
    if (part === null) return null;
    parts.push(part);
  }
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      if (!(parts[i] as Fits)((value as Record<string, unknown>)[name])) return false;
    }
    return true;
  };
}
