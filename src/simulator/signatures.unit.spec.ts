import { signScend, signStandardWebhook } from '.';

describe('signatures', () => {
  it('signs as Scend does: base64 of HMAC-SHA256', () => {
    // RFC 4231, test case 2.
    expect(signScend('what do ya want for nothing?', 'Jefe')).toEqual({
      'x-scend-signature': 'W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=',
    });
  });

  it('signs as Standard Webhooks do, over id, time and body', () => {
    const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
    const headers = signStandardWebhook('{"a":1}', secret, 'msg_1', 1_700_000_000);
    expect(headers['webhook-id']).toBe('msg_1');
    expect(headers['webhook-timestamp']).toBe('1700000000');
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    const other = signStandardWebhook('{"a":1}', secret, 'msg_2', 1_700_000_000);
    expect(other['webhook-signature']).not.toBe(headers['webhook-signature']);
    expect(signStandardWebhook(Buffer.from('{"a":1}'), secret, 'msg_1', 1_700_000_000)).toEqual(headers);
  });
});
