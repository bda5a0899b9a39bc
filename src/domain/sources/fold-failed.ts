import type { Translation } from './source-kind';

/** Where in the fold it happened, in words that follow the error's name. */
export type Where =
  'while it was read' | 'while a case was told of it' | 'while its case was judged' | 'while it was stored';

/**
 * The refusal of a message at which we failed, by an error or its name. It tells the error's name and not its text, which may quote the message; the
 * log has both.
 */
export function foldFailed(
  error: unknown,
  where: Where = 'while it was read',
): Extract<Translation, { ok: false }> {
  const name = error instanceof Error ? error.name : typeof error === 'string' ? error : typeof error;
  return { ok: false, code: 'fold-failed', reason: `${name} ${where}`, path: null };
}
