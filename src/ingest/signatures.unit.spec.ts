import { createHmac } from 'node:crypto';
import { middleware } from '../domain/sources/middleware';
import { scend } from '../domain/sources/scend';
import type { WebhookScheme } from '../domain/sources/source-kind';
import { verifySignature } from './signatures';

const body = Buffer.from('{"event_id":"evt-1"}');
const now = Date.parse('2026-11-20T10:00:00Z');

describe('Scend: HMAC-SHA256 of the raw body', () => {
  const scheme = scend.webhook as WebhookScheme;
  const secret = 'warehouse-secret';
  const signed = (key: string, encoding: 'base64' | 'hex' = 'base64') =>
    createHmac('sha256', key).update(body).digest(encoding);
  const check = (signature: string | undefined, content: Uint8Array = body) =>
    verifySignature(scheme, secret, { headers: { 'x-scend-signature': signature }, body: content }, now);

  it('accepts its own', () => {
    expect(check(signed(secret))).toEqual({ ok: true });
  });

  it.each([
    ['none', undefined, 'signature-missing'],
    ['an empty one', '', 'signature-missing'],
    ['that of another key', signed('other'), 'signature-invalid'],
    ['hex instead of base64', signed(secret, 'hex'), 'signature-invalid'],
    ['half of it', signed(secret).slice(0, 20), 'signature-invalid'],
    ['junk', '!!', 'signature-invalid'],
  ])('refuses %s', (_what, signature, code) => {
    expect(check(signature)).toMatchObject({ ok: false, code });
  });

  it('refuses another body, by a single byte', () => {
    expect(check(signed(secret), Buffer.from('{"event_id":"evt-2"}'))).toMatchObject({
      code: 'signature-invalid',
    });
  });

  it('refuses everything when no secret is set', () => {
    const headers = { 'x-scend-signature': signed('') };
    expect(verifySignature(scheme, '', { headers, body }, now)).toMatchObject({ code: 'signature-invalid' });
  });
});

describe('the middleware: Standard Webhooks', () => {
  const scheme = middleware.webhook as WebhookScheme;
  const key = Buffer.from('0123456789abcdef0123456789abcdef');
  const secret = `whsec_${key.toString('base64')}`;
  const seconds = String(now / 1000);
  const signed = (id: string, timestamp: string, with_ = key) =>
    `v1,${createHmac('sha256', with_).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
  const headersOf = (changes: Record<string, string | undefined> = {}) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': seconds,
    'webhook-signature': signed('msg_1', seconds),
    ...changes,
  });
  const check = (changes?: Record<string, string | undefined>, nowMs = now) =>
    verifySignature(scheme, secret, { headers: headersOf(changes), body }, nowMs);

  it('accepts its own, and names the delivery', () => {
    const result = check();
    expect(result).toEqual({ ok: true, replayKey: expect.stringContaining(`msg_1.${seconds}.`) as string });
    expect(check()).toEqual(result);
    expect(check({ 'webhook-id': 'msg_2', 'webhook-signature': signed('msg_2', seconds) })).not.toEqual(
      result,
    );
  });

  it('accepts the published test vector', () => {
    const vector = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const request = { headers: vector, body: Buffer.from('{"test": 2432232314}') };
    const known = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(verifySignature(scheme, known, request, 1_614_265_330_000)).toMatchObject({ ok: true });
  });

  it('accepts one of several, as while a secret is being changed, with one name for all', () => {
    const several = `v1,AAAA v1a,xyz ${signed('msg_1', seconds, Buffer.from('old'))} ${signed('msg_1', seconds)}`;
    expect(check({ 'webhook-signature': several })).toEqual(check());
  });

  it.each([
    ['no id', { 'webhook-id': undefined }, 'signature-missing'],
    ['no time', { 'webhook-timestamp': undefined }, 'signature-missing'],
    ['no signature', { 'webhook-signature': undefined }, 'signature-missing'],
    ['another id', { 'webhook-id': 'msg_2' }, 'signature-invalid'],
    ['another time', { 'webhook-timestamp': String(now / 1000 - 1) }, 'signature-invalid'],
    ['no readable time', { 'webhook-timestamp': '1e9' }, 'signature-invalid'],
    [
      'another version',
      { 'webhook-signature': signed('msg_1', seconds).replace('v1', 'v2') },
      'signature-invalid',
    ],
    ['junk', { 'webhook-signature': 'v1,' }, 'signature-invalid'],
  ])('refuses %s', (_what, changes, code) => {
    expect(check(changes)).toMatchObject({ ok: false, code });
  });

  it('accepts 300 s either way and refuses more', () => {
    expect(check({}, now + 300_000)).toMatchObject({ ok: true });
    expect(check({}, now - 300_000)).toMatchObject({ ok: true });
    expect(check({}, now + 300_001)).toMatchObject({ ok: false, code: 'signature-old' });
    expect(check({}, now - 300_001)).toMatchObject({ ok: false, code: 'signature-old' });
  });

  it('refuses everything when no secret is set', () => {
    const request = { headers: headersOf(), body };
    expect(verifySignature(scheme, 'whsec_', request, now)).toMatchObject({ code: 'signature-invalid' });
  });
});
