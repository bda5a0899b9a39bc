import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Proposal } from '../port';
import { leafOf } from './leaf';
import { readInstant, writeInstant, writeInt64 } from './wire';

const base: Proposal = {
  source: 's',
  type: null,
  key: 'k',
  occurredAt: 946_684_800_001,
  payload: 'ä',
  identity: Buffer.alloc(32, 7),
  actor: 'a',
};

function sha256(...parts: (Buffer | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const absent = Buffer.from('ffffffff', 'hex');
const sized = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};
const head = Buffer.concat([
  Buffer.from('0001', 'hex'),
  Buffer.from('00000008' + '00000000000003e8', 'hex'),
  sized('s'),
  absent,
  sized('k'),
  sized('a'),
  Buffer.from('00000020', 'hex'),
  base.identity,
]);

describe('leaf', () => {
  // The format is a promise to everyone who holds a proof: these bytes never change under format 1.
  it('hashes prefix, format, and the fields with their lengths', () => {
    expect(leafOf(base)).toEqual(sha256(head, sized('ä'), absent));
  });

  it('tells bytes from the text that they spell', () => {
    expect(leafOf({ ...base, payload: Buffer.from('ä') })).toEqual(sha256(head, absent, sized('ä')));
  });

  it('writes and reads instants exactly, from the year 1 to the year 9999', () => {
    const buffer = Buffer.alloc(12);
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
        expect(writeInstant(buffer, ms, 0)).toBe(12);
        expect(buffer.readBigInt64BE(4)).toBe((BigInt(ms) - 946_684_800_000n) * 1000n);
        expect(readInstant(buffer, 4)).toBe(ms);
      }),
    );
  });

  it('writes int64 exactly', () => {
    const buffer = Buffer.alloc(12);
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        writeInt64(buffer, value, 0);
        expect(buffer.readInt32BE(0)).toBe(8);
        expect(buffer.readBigInt64BE(4)).toBe(BigInt(value));
      }),
    );
  });
});
