import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config, KeyConfig } from '../../config';

/** Longer than any token that is made with care, short enough to hash for anybody. */
const MAX_TOKEN_LENGTH = 1_024;

/**
 * The key whose token this is. Every key is compared, in constant time, so that the time taken tells neither how much of a
 * digest matched nor which key it was.
 */
export function findKey(keys: Config['keys'], token: string): Config['keys'][number] | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined;
  const digest = createHash('sha256').update(token).digest();
  let found: Config['keys'][number] | undefined;
  for (const key of keys) {
    if (timingSafeEqual(digest, digestOf(key))) found = key;
  }
  return found;
}

/** The token of `Authorization: Bearer …`; undefined where the header has another form. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1];
}

function digestOf(key: Pick<KeyConfig, 'sha256'>): Buffer {
  return Buffer.from(key.sha256, 'hex');
}
