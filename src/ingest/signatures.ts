import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedRequest, WebhookScheme } from '../domain/sources/source-kind';
import { own } from '../domain/own';

export type SignatureCheck =
  /** `replayKey` names this delivery where the scheme dates it; the same key a second time is a replay. */
  | { ok: true; replayKey?: string }
  | { ok: false; code: 'signature-missing' | 'signature-invalid' | 'signature-old'; reason: string };

const MAX_SIGNATURES = 16;
const DIGEST_BYTES = 32;

/**
 * Checks a webhook as its system signs it, in constant time, and with the work of one digest of the body whatever is missing.
 * Reasons name headers, never secrets or digests.
 */
export function verifySignature(
  scheme: WebhookScheme,
  secret: string,
  request: SignedRequest,
  nowMs: number,
): SignatureCheck {
  const key = scheme.scheme === 'standard-webhooks' ? standardKey(secret) : Buffer.from(secret);
  // An empty key would let anybody sign.
  if (key.length === 0)
    return { ok: false, code: 'signature-invalid', reason: 'the source has no usable secret' };
  return scheme.scheme === 'hmac-sha256'
    ? verifyBody(scheme.header, scheme.encoding, key, request)
    : verifyStandardWebhook(scheme.toleranceSeconds, key, request, nowMs);
}

/** HMAC-SHA256 of the raw body in one header. It dates nothing, so a replay is caught by the ledger as a repeat. */
function verifyBody(
  header: string,
  encoding: 'base64' | 'hex',
  key: Buffer,
  request: SignedRequest,
): SignatureCheck {
  const digest = createHmac('sha256', key).update(request.body).digest();
  const signature = own(request.headers, header);
  if (!signature) return missing(header);
  return matches(digest, Buffer.from(signature, encoding)) ? { ok: true } : wrong(header);
}

/** https://www.standardwebhooks.com: several signatures may be given while a secret is being changed; one must match. */
function verifyStandardWebhook(
  toleranceSeconds: number,
  key: Buffer,
  { headers, body }: SignedRequest,
  nowMs: number,
): SignatureCheck {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  if (!id) return missing('webhook-id');
  if (!timestamp) return missing('webhook-timestamp');
  if (!signatures) return missing('webhook-signature');
  if (!/^\d{1,12}$/.test(timestamp)) {
    return { ok: false, code: 'signature-invalid', reason: 'webhook-timestamp is no time in seconds' };
  }
  const candidates = signatures
    .split(' ')
    .slice(0, MAX_SIGNATURES)
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice(3), 'base64'));
  // Every candidate is compared, so that the time taken does not tell which one matched.
  const matched = candidates.filter((candidate) => matches(digest, candidate)).length > 0;
  if (!matched) return wrong('webhook-signature');
  // Judged last: only who knows the secret learns anything about our clock.
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) {
    return {
      ok: false,
      code: 'signature-old',
      reason: `webhook-timestamp is more than ${toleranceSeconds} s away from our clock`,
    };
  }
  return { ok: true, replayKey: `${id}.${timestamp}.${digest.toString('base64')}` };
}

/** `whsec_` and base64. */
function standardKey(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

function matches(digest: Buffer, candidate: Buffer): boolean {
  return candidate.length === DIGEST_BYTES && timingSafeEqual(digest, candidate);
}

function missing(header: string): SignatureCheck {
  return { ok: false, code: 'signature-missing', reason: `the header ${header} is missing` };
}

function wrong(header: string): SignatureCheck {
  return {
    ok: false,
    code: 'signature-invalid',
    reason: `the signature in ${header} does not match the body`,
  };
}
