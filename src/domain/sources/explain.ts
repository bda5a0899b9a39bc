import { LosslessNumber } from 'lossless-json';
import type { z } from 'zod';
import { Unreadable } from './unreadable';

/** Turns zod's first complaint about `message` into the place and a sentence; values are never quoted, they may be personal. */
export function explain(error: z.ZodError, message: unknown): Unreadable {
  const issue = error.issues[0];
  if (!issue) return new Unreadable('', 'is not what the schema allows');
  const found = issue.path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    message,
  );
  return new Unreadable(formatPath(issue.path), reasonFor(issue, found));
}

function reasonFor(issue: z.core.$ZodIssue, found: unknown): string {
  if (found instanceof LosslessNumber) return 'must be a number of at most 15 digits and without an exponent';
  if (found === undefined) return 'is required';
  if (issue.code !== 'invalid_type') return issue.message;
  return `must be ${issue.expected}, and is ${describe(found)}`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `['lines', 2, 'quantity']` → `lines[2].quantity`. */
function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}
