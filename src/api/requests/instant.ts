import { z } from 'zod';
import { parseInstant } from '../../domain/facts/instant';

/** RFC 3339 with a zone → epoch ms: a question about an instant must say which one. */
export function instantParameter(description: string) {
  return z
    .string()
    .max(40)
    .transform((text, context) => {
      // A `+` that was not percent-encoded arrives as a blank.
      const value = /(z|[+-]\d\d:\d\d)$/i.test(text) ? parseInstant(text) : null;
      if (value !== null) return value;
      context.addIssue({
        code: 'custom',
        message: 'must be an RFC 3339 time with a zone, such as 2026-11-20T09:00:00Z',
      });
      return z.NEVER;
    })
    .meta({ format: 'date-time', description });
}
