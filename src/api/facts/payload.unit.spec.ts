import { exactPayload, readPayload } from './payload';

describe('payloads', () => {
  it('are read where they are JSON, without changing a number', () => {
    expect(readPayload('{"a":0.1,"b":12345678901234567890,"c":[1e999]}')).toEqual({
      encoding: 'json',
      payload: { a: 0.1, b: '12345678901234567890', c: ['1e999'] },
    });
  });

  it('are text where they are not, and base64 where they are no text', () => {
    expect(readPayload('no JSON')).toEqual({ encoding: 'text', payload: 'no JSON' });
    expect(readPayload(Buffer.from([255]))).toEqual({ encoding: 'base64', payload: '/w==' });
  });

  it('are told byte for byte where something is to be proved', () => {
    expect(exactPayload('{"a": 1.0}')).toEqual({ encoding: 'text', payload: '{"a": 1.0}' });
  });
});
