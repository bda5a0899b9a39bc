import { z } from 'zod';

/** The answer of every list, for the documentation. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null on the last.'),
  });
}
