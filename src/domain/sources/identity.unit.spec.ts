import { contentToHash } from './identity';
import { readJson } from './json';
import { scend } from './scend';
import type { SourceKind } from './source-kind';

const named = { type: 't', key: 'k', occurredAt: 0 };
const delivered: SourceKind = { ...scend, transportFields: ['messageId', 'timestamp'] };

const content = (kind: SourceKind, raw: string, envelope = { ...named, key: 'k' as string | null }) =>
  contentToHash(kind, envelope, readJson(raw), raw);

describe('contentToHash', () => {
  it('is the bytes where every byte is content', () => {
    const raw = '{ "b": 1, "a": 2 }';
    expect(content(scend, raw)).toBe(raw);
    const bytes = new Uint8Array([0xff, 0]);
    expect(contentToHash(scend, named, null, bytes)).toBe(bytes);
  });

  it('forgets transport fields, spacing and the order of names, and nothing else', () => {
    const one = content(delivered, '{"messageId":"1","timestamp":5,"data":{"b":[1,"é"],"a":null}}');
    expect(one).toBe('{"data":{"a":null,"b":[1,"é"]}}');
    expect(content(delivered, '{"data":{"a":null,"b":[1,"\\u00e9"]}, "timestamp":6}')).toBe(one);
    expect(content(delivered, '{"data":{"a":null,"b":["é",1]}}')).not.toBe(one);
    expect(content(delivered, '{"data":{"a":null,"b":[1,"é"],"messageId":"1"}}')).not.toBe(one);
  });

  it('keeps the digits of numbers, and a name __proto__', () => {
    const text = '{"__proto__":{"x":1},"n":12345678901234567890,"o":{"isLosslessNumber":true}}';
    expect(content(delivered, text)).toBe(text);
  });

  it('keeps the bytes of a message without a readable key, or that is no object', () => {
    const raw = '{"timestamp":1}';
    expect(content(delivered, raw, { ...named, key: null })).toBe(raw);
    expect(content(delivered, '[1, 2]')).toBe('[1, 2]');
  });
});
