import { source } from '../../../test/api/service';
import { kindFor } from '../../domain/sources/registry';
import { defaultLimits } from '../../ledger/limits';
import { readIngestLimits } from '../limits';
import { proposer } from '../proposals';
import type { KafkaRecord } from './port';
import { readRecord } from './read-record';

describe('a record of Kafka', () => {
  const settings = source('prima', 'prima');
  const kind = kindFor(settings);
  if (!kind) throw new Error('prima is a kind');
  const propose = proposer(settings, kind, 'kafka:t');
  const read = (record: Partial<KafkaRecord>, place = 't/0/1') =>
    readRecord({ offset: '1', key: null, value: null, ...record }, place, propose, readIngestLimits());

  it('beyond what the ledger keeps is kept from its beginning, and is told from others by all of it', () => {
    const value = Buffer.alloc(defaultLimits.payloadBytes + 1, 'x');
    const other = Buffer.from(value);
    other[other.length - 1] = 0x79;
    const { proposals, problem } = read({ value });
    expect(proposals).toHaveLength(1);
    expect(proposals[0]?.payload).toHaveLength(defaultLimits.payloadBytes);
    expect(problem).toContain(`${value.length} bytes`);
    expect(read({ value }).proposals[0]?.identity).toEqual(proposals[0]?.identity);
    expect(read({ value: other }).proposals[0]?.identity).not.toEqual(proposals[0]?.identity);
  });

  it('without a value is told from others by its place, and is a repeat at the same one', () => {
    const identity = (place: string) => read({ key: Buffer.from('SO1') }, place).proposals[0]?.identity;
    expect(identity('t/0/1')).toEqual(identity('t/0/1'));
    expect(identity('t/0/1')).not.toEqual(identity('t/0/2'));
    expect(identity('t/0/1')).not.toEqual(identity('t/1/1'));
  });

  it('without a value keeps its key where that can be read', () => {
    const key = (bytes: Buffer) => read({ key: bytes }).proposals[0]?.key;
    expect(key(Buffer.from('SO1'))).toBe('SO1');
    expect(key(Buffer.from([0xff]))).toBeNull();
    expect(key(Buffer.from('a\u0000b'))).toBeNull();
    expect(key(Buffer.alloc(100_000, 'k'))).toBeNull();
  });

  it('may be an object with blanks around it, or an array of none', () => {
    const value = Buffer.from(' {"documentType":"Item","itemCode":"B"}\n');
    expect(read({ value }).problem).toBeNull();
    expect(read({ value: Buffer.from('[ ]') })).toEqual({ proposals: [], problem: null });
  });
});
