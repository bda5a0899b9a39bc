/** Opaque places in a list. A cursor is a place, not a right: it is validated, and filters are sent again beside it. */
import type { z } from 'zod';
import { cursorInvalid } from '../refusals';

/** `list` names the list and its order, so that a cursor of another one is refused and not misread. */
export function encodeCursor(list: string, place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url');
}

export function decodeCursor<T>(list: string, cursor: string | undefined, place: z.ZodType<T>): T | null {
  if (cursor === undefined) return null;
  const [name, ...rest] = parts(cursor);
  const parsed = place.safeParse(rest);
  if (name !== list || !parsed.success) throw cursorInvalid();
  return parsed.data;
}

function parts(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
