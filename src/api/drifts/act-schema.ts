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

export const assignBody = z.strictObject({ assignee: code, comment: comment.optional() });

export const commentBody = z.strictObject({ comment });
