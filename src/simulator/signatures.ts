import { createHmac } from 'node:crypto';

/** Scend signs the raw body: base64 of HMAC-SHA256 under the shared secret. */
export function signScend(body: string | Uint8Array, secret: string): Record<string, string> {
  return { 'x-scend-signature': createHmac('sha256', secret).update(body).digest('base64') };
}

/**
 * Standard Webhooks: base64 of HMAC-SHA256 over `id.timestamp.body`, under the base64 key that follows `whsec_`.
 * `timestampSeconds` is the sender's clock in Unix seconds.
 */
export function signStandardWebhook(
  body: string | Uint8Array,
  secret: string,
  id: string,
  timestampSeconds: number,
): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${id}.${timestampSeconds}.`)
    .update(body)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': `v1,${signature}`,
  };
}
