import { hash } from 'node:crypto';

/** What stands in examples where a secret belongs. Nobody may be served on it. */
const WORDS = new Set(['change-me', 'changeme', 'placeholder', 'replace-me', 'todo']);
/** Tokens that anybody tries first, and those that earlier examples had. */
const TOKENS = ['', 'admin', 'password', 'secret', 'token', 'admin-token', 'ingest-token', 'metrics-token'];
const DIGESTS = new Set([...TOKENS, ...WORDS].map((word) => hash('sha256', word)));

export const placeholderSecret = 'is a placeholder; make one: openssl rand -hex 32';
export const placeholderDigest =
  'is the digest of a placeholder; make a token: token=$(openssl rand -hex 32); printf %s "$token" | sha256sum';

export function isPlaceholder(secret: string): boolean {
  const word = secret.trim().toLowerCase();
  return WORDS.has(word) || /^(<.*>|x{3,})$/.test(word);
}

/** Whether a URL has a placeholder for its password. */
export function hasPlaceholder(url: string): boolean {
  return URL.canParse(url) && isPlaceholder(new URL(url).password);
}

export function isPlaceholderDigest(sha256: string): boolean {
  return DIGESTS.has(sha256);
}
