/** What several parts of the configuration file are made of. */
import { z } from 'zod';
import {
  isPlaceholder,
  isPlaceholderDigest,
  placeholderDigest,
  placeholderSecret,
} from './config-placeholders';
import { meant } from './nearest';
import { Secret } from './secret';

/** One of these words; the nearest is told to who wrote another. */
export function oneOf<const W extends readonly [string, ...string[]]>(
  words: W,
  sentence = `must be one of ${words.join(', ')}`,
) {
  return z.enum(words, { error: ({ input }) => `${sentence}${meant(input, words)}` });
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const name = z
  .string({ error: 'a name is required' })
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'must be 1 to 63 lower-case letters, digits and hyphens, such as prima-uk',
  );

/** A secret as `{ env: NAME }`, read from the environment, or as text in the file itself. */
export function secret(env: Environment) {
  const variables = new Map(Object.entries(env));
  const shape = { error: 'must be text, or { env: NAME } to take it from the environment' };
  return z
    .union([z.string().min(1), z.strictObject({ env: z.string().min(1) })], shape)
    .transform((value, context) => {
      const found = typeof value === 'string' ? value : variables.get(value.env);
      if (found && !isPlaceholder(found)) return new Secret(found);
      const what = typeof value === 'string' ? 'it' : `the environment variable ${value.env}`;
      const message = found ? `${what} ${placeholderSecret}` : `${what} is not set`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

const digest = z
  .string({ error: 'the SHA-256 of the token is required, as text or as { env: NAME }' })
  .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the token as 64 lower-case hex digits, never the token')
  .refine((sha256) => !isPlaceholderDigest(sha256), placeholderDigest);

/** The SHA-256 of a token, or `{ env: NAME }` of the variable that has it. */
export function sha256(env: Environment) {
  const variables = new Map(Object.entries(env));
  return z
    .unknown()
    .transform((value, context) => {
      const named = z.strictObject({ env: z.string().min(1) }).safeParse(value);
      if (!named.success) return value;
      const found = variables.get(named.data.env);
      if (found !== undefined) return found;
      context.addIssue({ code: 'custom', message: `the environment variable ${named.data.env} is not set` });
      return z.NEVER;
    })
    .pipe(digest);
}

export function unknownField(issue: { code?: string; keys?: unknown; inst?: unknown }): string | undefined {
  if (issue.code !== 'unrecognized_keys' || !Array.isArray(issue.keys)) return undefined;
  const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
  const fields = issue.keys.map((key) => `${String(key)}${meant(String(key), known)}`);
  return `unknown field ${fields.join(', ')}; remove it or correct its spelling`;
}
