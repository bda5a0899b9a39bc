import { z } from 'zod';
import { code } from '../../domain/facts/scalars';

const comment = z
  .string()
  .trim()
  .min(1)
  .max(10_000)
  .refine((text) => !text.includes('\u0000') && text.isWellFormed(), 'must be text without NUL');

/** An absent body is an empty one. */
export const optionalBody = z
  .strictObject({ comment: comment.optional() })
  .nullish()
  .transform((body) => body ?? {});

/** An end that has come is none. */
const until = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .refine((at) => at > Date.now(), 'must be in the future')
  .describe('The drift is open again from then on. Without it the acceptance holds until the values change.');

export const acceptBody = z
  .strictObject({ comment: comment.optional(), until: until.optional() })
  .nullish()
  .transform((body) => body ?? {});

/** Who accepts many at once says why. */
export const acceptAllBody = z.strictObject({ comment, until: until.optional() });

export const assignBody = z.strictObject({ assignee: code, comment: comment.optional() });

export const commentBody = z.strictObject({ comment });
